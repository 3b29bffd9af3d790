// Attributes and enums of the attn dialect: what kind of score, mask or normaliser; how a tensor is stored; what was decided.
#ifndef ATTN_ATTRS_TD
#define ATTN_ATTRS_TD

include "dialect/AttnDialect.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"

class Attn_Enum<string name, string summary, list<I32EnumAttrCase> cases> : I32EnumAttr<name, summary, cases> {
  let cppNamespace = "::mlir::attn";
  let genSpecializedAttr = 0;
}
class Attn_EnumAttr<EnumAttrInfo info, string mnemonic> : EnumAttr<Attn_Dialect, info, mnemonic> {
  let assemblyFormat = "$value";
}

def Attn_ScoreKind : Attn_Enum<"ScoreKind", "how a query and a key give a score", [
  I32EnumAttrCase<"Dot", 0, "dot">, I32EnumAttrCase<"Additive", 1, "additive">,
  I32EnumAttrCase<"Bilinear", 2, "bilinear">, I32EnumAttrCase<"Cosine", 3, "cosine">,
  I32EnumAttrCase<"Distance", 4, "distance">, I32EnumAttrCase<"Rank1", 5, "rank1">]>;
def Attn_ScoreKindAttr : Attn_EnumAttr<Attn_ScoreKind, "score_kind">;

// Their maths: dialect/NormalizerMaths.h.
def Attn_Normalizer : Attn_Enum<"Normalizer", "how scores become weights", [
  I32EnumAttrCase<"Softmax", 0, "softmax">, I32EnumAttrCase<"SoftmaxOne", 1, "softmax_one">,
  I32EnumAttrCase<"Sum", 2, "sum">, I32EnumAttrCase<"ReluSum", 3, "relu_sum">,
  I32EnumAttrCase<"ReluMean", 4, "relu_mean">, I32EnumAttrCase<"Relu2Mean", 5, "relu2_mean">,
  I32EnumAttrCase<"Sigmoid", 6, "sigmoid">, I32EnumAttrCase<"None", 7, "none">,
  I32EnumAttrCase<"Sparsemax", 8, "sparsemax">, I32EnumAttrCase<"Sinkhorn", 9, "sinkhorn">]>;
def Attn_NormalizerAttr : Attn_EnumAttr<Attn_Normalizer, "normalizer">;

def Attn_MapReduction : Attn_Enum<"MapReduction", "what number stands for the places of a group", [
  I32EnumAttrCase<"Sum", 0, "sum">, I32EnumAttrCase<"Max", 1, "max">, I32EnumAttrCase<"Mean", 2, "mean">,
  I32EnumAttrCase<"LogSumExp", 3, "logsumexp">]>;
def Attn_MapReductionAttr : Attn_EnumAttr<Attn_MapReduction, "map_reduction">;

def Attn_Stabilizer : Attn_Enum<"Stabilizer", "over what the largest exponent of random features is taken", [
  I32EnumAttrCase<"None", 0, "none">, I32EnumAttrCase<"Row", 1, "row">, I32EnumAttrCase<"Head", 2, "head">]>;
def Attn_StabilizerAttr : Attn_EnumAttr<Attn_Stabilizer, "stabilizer">;

def Attn_StateUpdate : Attn_Enum<"StateUpdate", "how the state of linear attention takes in a key and its value", [
  I32EnumAttrCase<"Additive", 0, "additive">, I32EnumAttrCase<"Gated", 1, "gated">,
  I32EnumAttrCase<"Delta", 2, "delta">, I32EnumAttrCase<"GatedDelta", 3, "gated_delta">]>;
def Attn_StateUpdateAttr : Attn_EnumAttr<Attn_StateUpdate, "state_update">;

def Attn_Denominator : Attn_Enum<"Denominator", "what the output of linear attention is divided by", [
  I32EnumAttrCase<"None", 0, "none">, I32EnumAttrCase<"Add", 1, "add">, I32EnumAttrCase<"Clamp", 2, "clamp">,
  I32EnumAttrCase<"Signed", 3, "signed">]>;
def Attn_DenominatorAttr : Attn_EnumAttr<Attn_Denominator, "denominator">;

def Attn_PoolKind : Attn_Enum<"PoolKind", "what number stands for those of several rows", [
  I32EnumAttrCase<"Mean", 0, "mean">, I32EnumAttrCase<"Sum", 1, "sum">, I32EnumAttrCase<"Max", 2, "max">]>;
def Attn_PoolKindAttr : Attn_EnumAttr<Attn_PoolKind, "pool_kind">;

def Attn_MapAxis : Attn_Enum<"MapAxis", "which places of a map share one normalisation or reduction", [
  I32EnumAttrCase<"Heads", 1, "heads">, I32EnumAttrCase<"Queries", 2, "queries">,
  I32EnumAttrCase<"Keys", 3, "keys">]>;
def Attn_MapAxisAttr : Attn_EnumAttr<Attn_MapAxis, "map_axis">;

def Attn_Activation : Attn_Enum<"Activation", "a named pointwise function", [
  I32EnumAttrCase<"Relu", 0, "relu">, I32EnumAttrCase<"Gelu", 1, "gelu">,
  I32EnumAttrCase<"GeluTanh", 2, "gelu_tanh">, I32EnumAttrCase<"Tanh", 3, "tanh">,
  I32EnumAttrCase<"Sigmoid", 4, "sigmoid">, I32EnumAttrCase<"Silu", 5, "silu">]>;
def Attn_ActivationAttr : Attn_EnumAttr<Attn_Activation, "activation_kind">;

def Attn_MaskKind : Attn_Enum<"MaskKind", "a node of a mask expression", [
  I32EnumAttrCase<"Causal", 0, "causal">, I32EnumAttrCase<"Window", 1, "window">,
  I32EnumAttrCase<"Prefix", 2, "prefix">, I32EnumAttrCase<"Lengths", 3, "lengths">,
  I32EnumAttrCase<"And", 4, "and">, I32EnumAttrCase<"Or", 5, "or">, I32EnumAttrCase<"Not", 6, "not">,
  I32EnumAttrCase<"Blocks", 7, "blocks">, I32EnumAttrCase<"Strided", 8, "strided">,
  I32EnumAttrCase<"Fixed", 9, "fixed">, I32EnumAttrCase<"Grid", 10, "grid">, I32EnumAttrCase<"Axial", 11, "axial">,
  I32EnumAttrCase<"Global", 12, "global">, I32EnumAttrCase<"Flags", 13, "flags">,
  I32EnumAttrCase<"Segments", 14, "segments">, I32EnumAttrCase<"Dense", 15, "dense">,
  I32EnumAttrCase<"Predicate", 16, "predicate">, I32EnumAttrCase<"Listed", 17, "listed">,
  I32EnumAttrCase<"Graph", 18, "graph">]>;

def Attn_Alignment : Attn_Enum<"Alignment", "which corner of an N x M map the diagonal passes through", [
  I32EnumAttrCase<"TopLeft", 0, "top_left">, I32EnumAttrCase<"BottomRight", 1, "bottom_right">]>;
def Attn_AlignmentAttr : Attn_EnumAttr<Attn_Alignment, "alignment">;

def Attn_LayoutKind : Attn_Enum<"LayoutKind", "how a tensor is stored", [
  I32EnumAttrCase<"WeightPanels", 0, "weight_panels">, I32EnumAttrCase<"KeyPanels", 1, "key_panels">,
  I32EnumAttrCase<"ValuePanels", 2, "value_panels">, I32EnumAttrCase<"RowMajor", 3, "rows">]>;

def Attn_Precision : Attn_Enum<"Precision", "the numbers that are stored and multiplied", [
  I32EnumAttrCase<"Own", 0, "own">, I32EnumAttrCase<"Bf16", 1, "bf16">, I32EnumAttrCase<"Int8", 2, "int8">,
  I32EnumAttrCase<"F32", 3, "f32">]>;

def Attn_Strategy : Attn_Enum<"Strategy", "the shape of a kernel's loops", [
  I32EnumAttrCase<"Dense", 0, "dense">, I32EnumAttrCase<"Stream", 1, "stream">, I32EnumAttrCase<"Rows", 2, "rows">,
  I32EnumAttrCase<"Strip", 3, "strip">, I32EnumAttrCase<"Decode", 4, "decode">,
  I32EnumAttrCase<"Linear", 5, "linear">, I32EnumAttrCase<"Order", 6, "order">,
  I32EnumAttrCase<"Edges", 7, "edges">]>;

def Attn_Backend : Attn_Enum<"BackendKind", "who makes a kernel's code", [
  I32EnumAttrCase<"LLVM", 0, "llvm">, I32EnumAttrCase<"Halide", 1, "halide">]>;

def Attn_MaskAttr : AttrDef<Attn_Dialect, "Mask"> {
  let mnemonic = "mask";
  let summary = "which keys a query may attend to, as an expression that keeps its structure";
  let description = [{
    With `off` = 0 for `top_left` and M - N for `bottom_right`, and pixel t at (t / X, t % X) of an image of height Y and
    width X:

    | mask | key j is visible to query i of sample b in head h when |
    |---|---|
    | `causal(alignment)` | j <= i + off |
    | `window(left, right, alignment)` | i + off - left <= j <= i + off + right |
    | `window(left, right, alignment, step)` | j = i + off + t step for a whole t with -left <= t <= right |
    | `prefix(p)` | j < p |
    | `lengths(%n)` | j < n[b] |
    | `blocks(Q, K, left, right)` | i / Q - left <= j / K <= i / Q + right, rounded down |
    | `blocks(size)` | the same with Q = K = size and no neighbours |
    | `listed(%table, size)` | j / size is one of table[h, i / size, :], rounded down; beyond its rows none is |
    | `graph(%rowptr, %col)` | j is one of col[rowptr[i]] .. col[rowptr[i + 1] - 1] |
    | `strided(stride)` | (i - j) mod stride = 0 |
    | `fixed(stride, c)` | j mod stride >= stride - c |
    | `grid(Y, X, kernel)` | pixels i and j are at most kernel / 2 rows and at most kernel / 2 columns apart |
    | `axial(Y, X, axis)` | pixels i and j are in one column (axis 0) or one row (axis 1) |
    | `global(first, last)` | i < first or j < first or i >= N - last or j >= M - last |
    | `global(first)` | the same with no last tokens |
    | `global(%flags)` | flags[b, i] != 0 or flags[b, j] != 0 |
    | `segments(%ids)` | ids[b, i] = ids[b, j] |
    | `segments(%query_ids, %key_ids)` | query_ids[b, i] = key_ids[b, j] |
    | `dense(%m)` | m[b, h, i, j] is true, or not 0; what m lacks in dimensions repeats |
    | `predicate`, `predicate(%captures, ...)` | the region of the op says so for b, h, i, j |
    | `x and y`, `x or y`, `not x` | as the words say; `not` binds tightest, then `and` |

    In the attribute alone an operand is written `operand 0`, an index into the op's mask operands.
  }];
  let parameters = (ins EnumParameter<Attn_MaskKind>:$kind, ArrayRefParameter<"int64_t">:$values,
                        ArrayRefParameter<"int64_t">:$operands, ArrayRefParameter<"MaskAttr">:$children);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
}

def Attn_LayoutAttr : AttrDef<Attn_Dialect, "Layout"> {
  let mnemonic = "layout";
  let summary = "how a tensor is stored; the encoding of a tensor type";
  let description = [{
    - `weight_panels, width`: a weight `[N, K]` as `[ceil(N/width)][K][width]`, zero beyond N.
    - `key_panels, width, heads`: keys `[..., M, heads*D]` as `[...][heads][ceil(M/width)][D][width]`; what lies beyond M is undefined.
    - `value_panels, width, heads`: values `[..., M, heads*D]` as `[...][heads][ceil(D/width)][M][width]`; what lies beyond D is undefined.
    - `rows`: row-major, for a tensor whose `storage` alone is another.

    `storage` is how an element is stored, `own` as the tensor's type says. Numbers that are multiplied together lie together:
    - `bf16`: panels are of pairs of K, `[...][ceil(K/2)][width][2]` for `[...][K][width]`.
    - `f32` (rows): of a tensor of f64.
    - `int8` (weights): each panel is `[ceil(K/4)][width][4]` of i8, then `width` f32, the columns' scales: w = scale * number.
  }];
  let parameters = (ins EnumParameter<Attn_LayoutKind>:$kind, DefaultValuedParameter<"int64_t", "1">:$width,
                        DefaultValuedParameter<"int64_t", "1">:$heads,
                        DefaultValuedParameter<"Precision", "Precision::Own">:$storage);
  let assemblyFormat = "`<` $kind (`,` struct($width, $heads, $storage)^)? `>`";
  let genVerifyDecl = 1;
}

def Attn_ScheduleAttr : AttrDef<Attn_Dialect, "Schedule"> {
  let mnemonic = "schedule";
  let summary = "what the tile stage decided for a kernel";
  let description = [{
    `lanes` is the length of a vector in elements, `rows` x `cols` the register tile, `block_rows` the rows of one task
    (0: chosen at run time from the shape; all rows of a map, for a strip), `key_block` the keys a streaming or decoding kernel takes between two rescalings, or a linear one at a time,
    `depth_block` the K of a dense kernel that goes through all rows of a task before the next (0: all), `precision` what its products multiply.
  }];
  let parameters = (ins EnumParameter<Attn_Backend>:$backend, EnumParameter<Attn_Strategy>:$strategy, "int64_t":$lanes,
                        "int64_t":$rows, "int64_t":$cols, DefaultValuedParameter<"int64_t", "0">:$block_rows,
                        DefaultValuedParameter<"int64_t", "0">:$key_block,
                        DefaultValuedParameter<"int64_t", "0">:$depth_block,
                        DefaultValuedParameter<"Precision", "Precision::Own">:$precision);
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
}

#endif

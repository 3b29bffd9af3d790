// The passes of the fuse stage.
#ifndef ATTN_FUSE_PASSES_TD
#define ATTN_FUSE_PASSES_TD

include "mlir/Pass/PassBase.td"

def FuseMaps : Pass<"attn-fuse-maps", "::mlir::func::FuncOp"> {
  let summary = "put each score map and what is made of it into one kernel";
  let description = [{
    Connected ops on maps, from scores to `combine` and `reduce_map`, share a kernel when no op in between reads all of what
    another makes, so that a map need not exist. `split_heads` of the operands and `merge_heads` of the result come along: they only change how memory is read and written.

    ```mlir
    %s = attn.score dot %q, %k          %o = attn.kernel (%a = %q, %b = %k, %c = %v) {
    %p = attn.normalize softmax %s  ==>   %s = attn.score dot %a, %b ...
    %o = attn.combine %p, %v            }
    ```
    example: tests/fuse/fuse-maps.mlir
  }];
}

def FuseLinear : Pass<"attn-fuse-linear", "::mlir::func::FuncOp"> {
  let summary = "put each linear attention and what makes its features into one kernel";
  let description = [{
    Features, the pointwise ops before them and `split_heads` of the operands join a `linear_attention` that alone reads them, and so does
    `merge_heads` of its output: rows of features are made where they are multiplied and never stored.

    ```mlir
    %f = attn.features %q terms 2 {..}    %o = attn.kernel (%a = %q, %b = %k, %c = %v) {
    %g = attn.features %k terms 2 {..} ==>  %f = attn.features %a terms 2 {..}
    %o = attn.linear_attention %f, %g, %v   ...
    ```
    example: tests/fuse/fuse-linear.mlir
  }];
}

def FuseProjections : Pass<"attn-fuse-projections", "::mlir::func::FuncOp"> {
  let summary = "put linears of one input, with what follows them, into one kernel";
  let description = [{
    Linears that read the same tensor share a pass over it (query, key, value). The pointwise ops that follow a linear join it; after
    a single linear so do the row normalisations. An op that reads the results of two linears of a kernel stays outside: a tile has
    the columns of one.

    ```mlir
    %y = attn.linear %x, %w, %b         %z = attn.kernel (%a = %x, %c = %w, %d = %b, %e = %r) {
    %t = attn.pointwise %y, %r {..} ==>   ...
    %z = attn.layer_norm %t, ..         }
    ```
    example: tests/fuse/fuse-projections.mlir
  }];
}

def FuseRows : Pass<"attn-fuse-rows", "::mlir::func::FuncOp"> {
  let summary = "put every other op into a kernel, with the row-local ops that feed it";
  let description = [{
    Afterwards every computing op is inside exactly one `attn.kernel`. Embeddings, pointwise ops and row normalisations of the same
    rows share a kernel when only that kernel needs their results.

    example: tests/fuse/fuse-rows.mlir
  }];
}

#endif

// Dimensions that an op needs to be equal and that nothing says are; ops that do not belong into a model.
// RUN: attn-opt %s --split-input-file --attn-check-extents --verify-diagnostics

func.func @score(%q: tensor<?x2x?x4xf32> {attn.dims = ["A", "H", "N", "D"]},
                 %k: tensor<?x2x?x4xf32> {attn.dims = ["B", "H", "M", "D"]}) {
  // expected-error @+1 {{'attn.score' op batch of query and key are not known to be equal; give the dimensions one name in attn.dims}}
  %s = attn.score dot %q, %k : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  return
}

// -----

// Arguments without attn.dims share nothing.
func.func @pointwise(%x: tensor<?x4xf32>, %y: tensor<?x4xf32>) {
  // expected-error @+1 {{'attn.pointwise' op dimension 0 of the operands are not known to be equal}}
  %z = attn.pointwise %x, %y : tensor<?x4xf32>, tensor<?x4xf32> {
  ^bb0(%a: f32, %b: f32):
    %r = arith.addf %a, %b : f32
    attn.yield %r : f32
  }
  return
}

// -----

func.func @add(%x: tensor<?x4xf32>, %y: tensor<2x4xf32>) {
  // expected-error @+1 {{'attn.add' op dimension 0 of the operands are not known to be equal}}
  %z = attn.add %x, %y : tensor<?x4xf32>, tensor<2x4xf32>
  return
}

// -----

func.func @blend(%x: tensor<?x2x?x?xf32> {attn.dims = ["B", "H", "N", "M"]},
                 %y: tensor<?x2x?x?xf32> {attn.dims = ["B", "H", "N", "K"]}) {
  // expected-error @+1 {{'attn.blend' op dimension 3 of the operands are not known to be equal}}
  %z = attn.blend %x, %y alpha 0.5 : tensor<?x2x?x?xf32>, tensor<?x2x?x?xf32>
  return
}

// -----

func.func @pair_score(%q: tensor<?x2x?x4xf32>, %k: tensor<?x2x?x4xf32>) {
  // expected-error @+1 {{'attn.pair_score' op batch of query and key are not known to be equal}}
  %s = attn.pair_score %q, %k : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32> {
  ^bb0(%x: f32, %y: f32, %h: index, %d: index):
    %r = arith.mulf %x, %y : f32
    attn.yield %r : f32
  }
  return
}

// -----

func.func @relative_score(%q: tensor<?x2x?x4xf32>, %t: tensor<5x4xf32>, %k: tensor<?x2x?x4xf32>) {
  // expected-error @+1 {{'attn.relative_score' op batch of query and like are not known to be equal}}
  %s = attn.relative_score %q, %t like %k aligned top_left : tensor<?x2x?x4xf32>, tensor<5x4xf32>, tensor<?x2x?x4xf32>
  return
}

// -----

func.func @normalize(%s: tensor<?x?x?x?xf32>, %k: tensor<2xf32>) {
  // expected-error @+1 {{'attn.normalize' op heads of scores and sinks are not known to be equal}}
  %p = attn.normalize softmax_one %s sink %k : tensor<?x?x?x?xf32>, tensor<2xf32>
  return
}

// -----

func.func @mix_heads(%s: tensor<?x?x?x?xf32>, %w: tensor<3x2xf32>) {
  // expected-error @+1 {{'attn.mix_heads' op heads of scores and weight are not known to be equal}}
  %t = attn.mix_heads %s, %w : tensor<?x?x?x?xf32>, tensor<3x2xf32>
  return
}

// -----

func.func @map_conv(%s: tensor<?x?x?x?xf32>, %w: tensor<3x2x1x1xf32>) {
  // expected-error @+1 {{'attn.map_conv' op heads of scores and weight are not known to be equal}}
  %t = attn.map_conv %s, %w : tensor<?x?x?x?xf32>, tensor<3x2x1x1xf32>
  return
}

// -----

func.func @pool(%x: tensor<?x?x4xf32>, %n: tensor<?xi32>) {
  // expected-error @+1 {{'attn.pool' op batch of input and lengths are not known to be equal}}
  %y = attn.pool mean %x lengths %n : tensor<?x?x4xf32>, tensor<?xi32>
  return
}

// -----

func.func @mask_flags(%s: tensor<?x2x?x?xf32> {attn.name = "s", attn.dims = ["B", "H", "N", "M"]},
                      %n: tensor<?x?xi32> {attn.name = "n", attn.dims = ["B", "N"]}) {
  // expected-error @+1 {{'attn.mask' op queries and keys of flags are not known to be equal}}
  %t = attn.mask %s where global(%n) : tensor<?x2x?x?xf32>, tensor<?x?xi32>
  return
}

// -----

func.func @mask_segments(%s: tensor<?x2x?x?xf32> {attn.name = "s", attn.dims = ["B", "H", "N", "M"]},
                         %n: tensor<?x?xi32> {attn.name = "n", attn.dims = ["B", "N"]}) {
  // expected-error @+1 {{'attn.mask' op tokens of scores and segments are not known to be equal}}
  %t = attn.mask %s where segments(%n, %n) : tensor<?x2x?x?xf32>, tensor<?x?xi32>
  return
}

// -----

func.func @mask_dense(%s: tensor<?x2x?x?xf32> {attn.name = "s", attn.dims = ["B", "H", "N", "M"]},
                      %n: tensor<?x1xi32> {attn.name = "n", attn.dims = ["M", "one"]}) {
  // expected-error @+1 {{'attn.mask' op dimensions of scores and dense are not known to be equal}}
  %t = attn.mask %s where dense(%n) : tensor<?x2x?x?xf32>, tensor<?x1xi32>
  return
}

// -----

func.func @mask(%s: tensor<?x2x?x?xf32>, %n: tensor<?xi32>) {
  // expected-error @+1 {{'attn.mask' op batch of scores and lengths are not known to be equal}}
  %t = attn.mask %s where lengths(%n) : tensor<?x2x?x?xf32>, tensor<?xi32>
  return
}

// -----

func.func @combine_batch(%p: tensor<?x2x?x?xf32>, %v: tensor<?x2x?x4xf32>) {
  // expected-error @+1 {{'attn.combine' op batch of weights and value are not known to be equal}}
  %o = attn.combine %p, %v : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>
  return
}

// -----

func.func @combine_keys(%p: tensor<1x2x?x?xf32>, %v: tensor<1x2x?x4xf32>) {
  // expected-error @+1 {{'attn.combine' op number of keys and values are not known to be equal}}
  %o = attn.combine %p, %v : tensor<1x2x?x?xf32>, tensor<1x2x?x4xf32>
  return
}

// -----

func.func @attention_key_batch(%q: tensor<?x2x?x4xf32>, %k: tensor<?x2x?x4xf32>) {
  // expected-error @+1 {{'attn.attention' op batch of query and key are not known to be equal}}
  %o = attn.attention %q, %k, %k : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  return
}

// -----

func.func @attention_value_batch(%q: tensor<?x2x?x4xf32>, %v: tensor<?x2x?x4xf32>) {
  // expected-error @+1 {{'attn.attention' op batch of query and value are not known to be equal}}
  %o = attn.attention %q, %q, %v : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  return
}

// -----

func.func @attention_keys(%q: tensor<1x2x?x4xf32>, %v: tensor<1x2x?x4xf32>) {
  // expected-error @+1 {{'attn.attention' op number of keys and values are not known to be equal}}
  %o = attn.attention %q, %q, %v : tensor<1x2x?x4xf32>, tensor<1x2x?x4xf32>, tensor<1x2x?x4xf32>
  return
}

// -----

func.func @attention_lengths(%q: tensor<?x2x?x4xf32>, %n: tensor<?xi32>) {
  // expected-error @+1 {{'attn.attention' op batch of scores and lengths are not known to be equal}}
  %o = attn.attention %q, %q, %q where lengths(%n)
      : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, tensor<?xi32>
  return
}

// -----

func.func @other_dialect(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // expected-error @+1 {{'math.tanh' op can not stand in a model; its function holds attn ops only}}
  %y = math.tanh %x : tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// -----

// expected-error @+1 {{'func.func' op expected a body of one block}}
func.func @blocks(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  cf.br ^next
^next:
  return %x : tensor<?x4xf32>
}

// -----

func.func @given_score(%q: tensor<?x2x?x4xf32> {attn.dims = ["B", "H", "N", "D"]},
                       %t: tensor<?x?xf32> {attn.dims = ["N", "M"]}) {
  // expected-error @+1 {{'attn.given_score' op sizes of the table and of the map are not known to be equal}}
  %s = attn.given_score %t like %q, %q : tensor<?x?xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  return
}

// -----

// A batch of any size would read beyond a table for two samples.
func.func @given_score_batch(%q: tensor<?x2x?x4xf32> {attn.dims = ["B", "H", "N", "D"]}, %t: tensor<2x2x9x9xf32>) {
  // expected-error @+1 {{'attn.given_score' op sizes of the table and of the map are not known to be equal}}
  %s = attn.given_score %t like %q, %q : tensor<2x2x9x9xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  return
}

// -----

func.func @bucket(%x: tensor<?x2x?x4xf32> {attn.dims = ["B", "H", "N", "D"]}, %r: tensor<2x4x1x2xf32>, %n: tensor<?xi32> {attn.dims = ["C"]}) {
  // expected-error @+1 {{'attn.bucket' op batch of input and lengths are not known to be equal}}
  %y = attn.bucket %x, %r lengths %n : tensor<?x2x?x4xf32>, tensor<2x4x1x2xf32>, tensor<?xi32>
  return
}

// -----

func.func @gather(%x: tensor<?x2x?x4xf32> {attn.dims = ["B", "H", "N", "D"]}, %i: tensor<?x2x?xi32> {attn.dims = ["C", "H", "P"]}) {
  // expected-error @+1 {{'attn.gather' op batch of input and index are not known to be equal}}
  %y = attn.gather %x, %i : tensor<?x2x?x4xf32>, tensor<?x2x?xi32>
  return
}

// -----

func.func @scatter(%x: tensor<?x2x?x4xf32> {attn.dims = ["B", "H", "N", "D"]}, %i: tensor<?x2x?xi32> {attn.dims = ["C", "H", "P"]}, %r: tensor<?x2x?x4xf32> {attn.dims = ["B", "H", "P", "D"]}) {
  // expected-error @+1 {{'attn.scatter' op batch of base and index are not known to be equal}}
  %y = attn.scatter %x, %i, %r : tensor<?x2x?x4xf32>, tensor<?x2x?xi32>, tensor<?x2x?x4xf32>
  return
}

// -----

func.func @scatter(%x: tensor<?x2x?x4xf32> {attn.dims = ["B", "H", "N", "D"]}, %i: tensor<?x2x?xi32> {attn.dims = ["B", "H", "P"]}, %r: tensor<?x2x?x4xf32> {attn.dims = ["C", "H", "P", "D"]}) {
  // expected-error @+1 {{'attn.scatter' op batch of base and rows are not known to be equal}}
  %y = attn.scatter %x, %i, %r : tensor<?x2x?x4xf32>, tensor<?x2x?xi32>, tensor<?x2x?x4xf32>
  return
}

// -----

func.func @scatter(%x: tensor<?x2x?x4xf32> {attn.dims = ["B", "H", "N", "D"]}, %i: tensor<?x2x?xi32> {attn.dims = ["B", "H", "P"]}, %r: tensor<?x2x?x4xf32> {attn.dims = ["B", "H", "Q", "D"]}) {
  // expected-error @+1 {{'attn.scatter' op number of rows and indices are not known to be equal}}
  %y = attn.scatter %x, %i, %r : tensor<?x2x?x4xf32>, tensor<?x2x?xi32>, tensor<?x2x?x4xf32>
  return
}

// -----

func.func @merge_parts(%x: tensor<?x2x?x4xf32> {attn.dims = ["B", "H", "N", "D"]}, %l: tensor<?x2x?xf32> {attn.dims = ["B", "H", "M"]}) {
  // expected-error @+1 {{'attn.merge_parts' op rows of outputs and logarithms are not known to be equal}}
  %y = attn.merge_parts %x, %l parts 2 : tensor<?x2x?x4xf32>, tensor<?x2x?xf32>
  return
}

// -----

func.func @concat(%x: tensor<?x4xf32> {attn.dims = ["B", "D"]}, %z: tensor<?x4xf32> {attn.dims = ["C", "D"]}) {
  // expected-error @+1 {{'attn.concat' op rows of lhs and rhs are not known to be equal}}
  %y = attn.concat %x, %z : tensor<?x4xf32>, tensor<?x4xf32>
  return
}

// -----

// A size that no input has is one of which nothing is known.
func.func @multiple(%x: tensor<?x4xf32> {attn.dims = ["N", "D"]}) {
  %y = attn.group_rows %x by 2 : tensor<?x4xf32>
  // expected-error @+1 {{'attn.group_rows' op expected a multiple of 3, got N floordiv 2, of which no dimension of an input tells}}
  %z = attn.group_rows %y by 3 : tensor<?x8xf32>
  return
}

// -----

func.func @large_multiple(%x: tensor<?x1xf32> {attn.dims = ["N", "D"]}) {
  %y = attn.block_sum %x by 65537 : tensor<?x1xf32>
  // expected-error @+1 {{'attn.block_sum' op makes N a multiple of 4295032832, expected one below 2^31}}
  %z = attn.block_sum %x by 65536 : tensor<?x1xf32>
  return
}

// -----

func.func @sample(%l: tensor<?x41xf32> {attn.dims = ["B", "V"]}, %s: tensor<?xi32> {attn.dims = ["B"]}, %t: tensor<?xi32> {attn.dims = ["C"]}) {
  // expected-error @+1 {{'attn.sample' op batch of logits, seed and step are not known to be equal}}
  %y = attn.sample %l seed %s step %t temperature 1.0 top_k 0 top_p 1.0 : tensor<?x41xf32>, tensor<?xi32>, tensor<?xi32>
  return
}

// -----

func.func @graph(%q: tensor<1x1x?x4xf32> {attn.dims = ["B", "H", "N", "D"]}, %r: tensor<?xi32> {attn.dims = ["N"]},
                 %c: tensor<?xi32> {attn.dims = ["E"]}) {
  %s = attn.score dot %q, %q : tensor<1x1x?x4xf32>, tensor<1x1x?x4xf32>
  // expected-error @+1 {{'attn.mask' op nodes and row pointers of graph are not known to be equal}}
  %m = attn.mask %s where graph(%r, %c) : tensor<1x1x?x?xf32>, tensor<?xi32>, tensor<?xi32>
  return
}

// -----

func.func @append_rows(%x: tensor<?x?x4xf32>, %y: tensor<?x?x4xf32>) {
  // expected-error @+1 {{'attn.append_rows' op dimension 0 of the operands are not known to be equal}}
  %z = attn.append_rows %x, %y : tensor<?x?x4xf32>, tensor<?x?x4xf32>
  return
}

// -----

func.func @edge_score(%v: tensor<1x?xf32> {attn.dims = ["H", "F"]}, %r: tensor<?xi32> {attn.dims = ["N + 1"]},
                      %c: tensor<?xi32> {attn.dims = ["E"]}) {
  // expected-error @+1 {{'attn.edge_score' op edges of values and columns are not known to be equal}}
  %s = attn.edge_score %v over %r, %c : tensor<1x?xf32>, tensor<?xi32>, tensor<?xi32>
  return
}

// -----

func.func @beam_step(%l: tensor<?x41xf32> {attn.dims = ["R", "V"]}, %k: tensor<?x4x9xi32> {attn.dims = ["B", "K", "T"]},
                     %s: tensor<?x4xf32> {attn.dims = ["B", "K"]}, %a: tensor<?xi32> {attn.dims = ["B"]}, %t: tensor<1xi32>) {
  // expected-error @+1 {{'attn.beam_step' op rows of logits and of hypotheses are not known to be equal}}
  %y:7 = attn.beam_step %l live %k, %s stored %k, %s alive %a step %t end 2 alpha 1.0
      : tensor<?x41xf32>, tensor<?x4x9xi32>, tensor<?x4xf32>, tensor<?x4x9xi32>, tensor<?x4xf32>, tensor<?xi32>, tensor<1xi32>
  return
}

// -----

func.func @edge_values(%m: tensor<1x1x?x?xf32> {attn.dims = ["B", "H", "M", "M"]}, %r: tensor<?xi32> {attn.dims = ["N + 1"]},
                       %c: tensor<?xi32> {attn.dims = ["E"]}) {
  // expected-error @+1 {{'attn.edge_values' op nodes of map and row pointers are not known to be equal}}
  %v = attn.edge_values %m over %r, %c : tensor<1x1x?x?xf32>, tensor<?xi32>, tensor<?xi32>
  return
}

// -----

func.func @scatter_add(%x: tensor<?x4xf32>, %i: tensor<?x?xi32>, %r: tensor<?x?xf32>) {
  // expected-error @+1 {{'attn.scatter_add' op batch of base and index are not known to be equal}}
  %z = attn.scatter_add %x, %i, %r : tensor<?x4xf32>, tensor<?x?xi32>, tensor<?x?xf32>
  return
}

// -----

func.func @beam_finish(%k: tensor<?x4x9xi32> {attn.dims = ["B", "K", "T"]}, %s: tensor<?x4xf32> {attn.dims = ["B", "K"]},
                       %a: tensor<?xi32> {attn.dims = ["C"]}, %t: tensor<1xi32>) {
  // expected-error @+1 {{'attn.beam_finish' op batch of hypotheses are not known to be equal}}
  %y:2 = attn.beam_finish live %k, %s stored %k, %s alive %a length %t alpha 1.0
      : tensor<?x4x9xi32>, tensor<?x4xf32>, tensor<?x4x9xi32>, tensor<?x4xf32>, tensor<?xi32>, tensor<1xi32>
  return
}

// -----

func.func @scatter_add_numbers(%x: tensor<2x4xf32>, %i: tensor<2x?xi32>, %r: tensor<?x?xf32>) {
  // expected-error @+1 {{'attn.scatter_add' op batch of base and numbers are not known to be equal}}
  %z = attn.scatter_add %x, %i, %r : tensor<2x4xf32>, tensor<2x?xi32>, tensor<?x?xf32>
  return
}

// -----

func.func @beam_length(%k: tensor<?x4x?xi32> {attn.dims = ["B", "K", "T"]}, %d: tensor<?x4x?xi32> {attn.dims = ["B", "K", "U"]},
                       %s: tensor<?x4xf32> {attn.dims = ["B", "K"]}, %a: tensor<?xi32> {attn.dims = ["B"]}, %t: tensor<1xi32>) {
  // expected-error @+1 {{'attn.beam_finish' op length of live and stored tokens are not known to be equal}}
  %y:2 = attn.beam_finish live %k, %s stored %d, %s alive %a length %t alpha 1.0
      : tensor<?x4x?xi32>, tensor<?x4xf32>, tensor<?x4x?xi32>, tensor<?x4xf32>, tensor<?xi32>, tensor<1xi32>
  return
}

// -----

func.func @scatter_add_indices(%x: tensor<2x4xf32>, %i: tensor<2x?xi32>, %r: tensor<2x?xf32>) {
  // expected-error @+1 {{'attn.scatter_add' op indices and numbers are not known to be equal}}
  %z = attn.scatter_add %x, %i, %r : tensor<2x4xf32>, tensor<2x?xi32>, tensor<2x?xf32>
  return
}

// -----

func.func @cache_append(%x: tensor<?x4x8xf32>, %r: tensor<?x1x8xf32>, %n: tensor<?xi32>) {
  // expected-error @+1 {{'attn.cache_append' op dimension 0 of cache and rows are not known to be equal}}
  %z = attn.cache_append %x, %r at %n : tensor<?x4x8xf32>, tensor<?x1x8xf32>, tensor<?xi32>
  return
}

// -----

func.func @cache_append_places(%x: tensor<2x4x8xf32>, %r: tensor<2x1x8xf32>, %n: tensor<?xi32>) {
  // expected-error @+1 {{'attn.cache_append' op batch of cache and places are not known to be equal}}
  %z = attn.cache_append %x, %r at %n : tensor<2x4x8xf32>, tensor<2x1x8xf32>, tensor<?xi32>
  return
}

// -----

// Which of N and M says that there are not fewer rows than none?
func.func @rearrange(%x: tensor<?x?x4xf32> {attn.dims = ["N", "M", "C"]}) {
  // expected-error @+1 {{'attn.rearrange' op expected sizes of which one dimension of an input tells that they are not negative, got N - M}}
  %y = attn.rearrange %x sizes affine_map<(n, m, c) -> (n - m, c)> from affine_map<(n, c) -> (n, 0, c)> : tensor<?x?x4xf32>
  return
}

// -----

func.func @segment_pool(%x: tensor<?x4xf32> {attn.dims = ["N", "C"]}, %ids: tensor<?xi32> {attn.dims = ["M"]}) {
  // expected-error @+1 {{'attn.segment_pool' op rows and ids are not known to be equal}}
  %y = attn.segment_pool mean %x ids %ids groups 4 : tensor<?x4xf32>, tensor<?xi32>
  return
}

// -----

// One name, two sizes.
func.func private @step(%h: tensor<?x4xf32> {attn.dims = ["B", "C"]}, %x: tensor<?x4xf32> {attn.dims = ["B", "C"]})
    -> (tensor<?x4xf32> {attn.dims = ["B", "C"]}) {
  return %h : tensor<?x4xf32>
}
func.func @loop_dimension(%h: tensor<?x4xf32> {attn.dims = ["B", "C"]}, %x: tensor<?x?x4xf32> {attn.dims = ["S", "T", "C"]}) {
  // expected-error @+1 {{'attn.loop' op dimension B of @step in its arguments are not known to be equal}}
  %y = attn.loop @step carried(%h) each(%x) : (tensor<?x4xf32>, tensor<?x?x4xf32>) -> tensor<?x4xf32>
  return
}

// -----

func.func private @step(%x: tensor<?x4xf32> {attn.dims = ["B", "C"]}, %z: tensor<?x4xf32> {attn.dims = ["B", "C"]}) {
  return
}
func.func @loop_time(%x: tensor<?x?x4xf32> {attn.dims = ["B", "T", "C"]}, %z: tensor<?x?x4xf32> {attn.dims = ["B", "S", "C"]}) {
  // expected-error @+1 {{'attn.loop' op time of the sequences are not known to be equal}}
  attn.loop @step each(%x, %z) : (tensor<?x?x4xf32>, tensor<?x?x4xf32>) -> ()
  return
}

// -----

func.func private @step(%x: tensor<?x4xf32> {attn.dims = ["B", "C"]}) -> tensor<?x4xf32> {
  return %x : tensor<?x4xf32>
}
func.func @loop_result(%x: tensor<?x?x4xf32> {attn.dims = ["B", "T", "C"]}) {
  // expected-error @+1 {{'attn.loop' op expected attn.dims on result 0 of @step, of dimensions of its arguments}}
  %y = attn.loop @step each(%x) : (tensor<?x?x4xf32>) -> tensor<?x?x4xf32>
  return
}

// -----

func.func private @step(%h: tensor<?x?x4xf32> {attn.dims = ["B", "N", "C"]}) -> (tensor<?x?x4xf32> {attn.dims = ["N", "B", "C"]}) {
  %t = attn.rearrange %h sizes affine_map<(b, n, c) -> (n, b, c)> from affine_map<(n, b, c) -> (b, n, c)> : tensor<?x?x4xf32>
  return %t : tensor<?x?x4xf32>
}
func.func @loop_carried(%h: tensor<?x?x4xf32> {attn.dims = ["B", "N", "C"]}) {
  // expected-error @+1 {{'attn.loop' op carried tensor 0 before and after are not known to be equal}}
  %y = attn.loop @step carried(%h) steps 3 : (tensor<?x?x4xf32>) -> tensor<?x?x4xf32>
  return
}

// -----

func.func private @step(%h: tensor<?x4xf32> {attn.dims = ["4 * B", "C"]}) -> (tensor<?x4xf32> {attn.dims = ["4 * B", "C"]}) {
  return %h : tensor<?x4xf32>
}
func.func @loop_multiple(%h: tensor<?x4xf32> {attn.dims = ["R", "C"]}) {
  // expected-error @+1 {{'attn.loop' op expected a multiple of 4 in dimension B of argument 0 of @step}}
  %y = attn.loop @step carried(%h) steps 3 : (tensor<?x4xf32>) -> tensor<?x4xf32>
  return
}

// -----

// expected-error @+1 {{'func.func' op names dimension 0 of result 0 N; it is M}}
func.func @named_result(%x: tensor<?x?xf32> {attn.dims = ["N", "M"]}) -> (tensor<?x?xf32> {attn.dims = ["N", "M"]}) {
  %t = attn.rearrange %x sizes affine_map<(n, m) -> (m, n)> from affine_map<(m, n) -> (n, m)> : tensor<?x?xf32>
  return %t : tensor<?x?xf32>
}

// -----

// A table has a row for each position in every call.
func.func @positions(%t: tensor<8x4xf32>, %x: tensor<?x?xf32> {attn.dims = ["N", "M"]}) {
  %sum = attn.rearrange %x sizes affine_map<(n, m) -> (1, n + m)> from affine_map<(b, k) -> (k, b)> : tensor<?x?xf32>
  // expected-error @+1 {{'attn.positions' op expected a size of which one dimension of an input tells that it is at most 8, that of the table, got N + M}}
  %p = attn.positions %t, %sum : tensor<8x4xf32>, tensor<1x?xf32>
  return
}

// -----

func.func @positions_beyond(%t: tensor<8x4xf32>, %ids: tensor<?x?xi32> {attn.dims = ["B", "N + 9"]}) {
  // expected-error @+1 {{at most 8, that of the table, got N + 9}}
  %p = attn.positions %t, %ids : tensor<8x4xf32>, tensor<?x?xi32>
  return
}

// -----

func.func @positions_none(%t: tensor<0x4xf32>, %ids: tensor<?x?xi32> {attn.dims = ["B", "N"]}) {
  // expected-error @+1 {{at most 0, that of the table, got N}}
  %p = attn.positions %t, %ids : tensor<0x4xf32>, tensor<?x?xi32>
  return
}

// -----

func.func @given_score_rows(%q: tensor<1x2x?x4xf32> {attn.dims = ["B", "H", "N + 8", "D"]}, %t: tensor<8x9xf32>) {
  // expected-error @+1 {{'attn.given_score' op expected a size of which one dimension of an input tells that it is at most 8, that of the table, got N + 8}}
  %s = attn.given_score %t like %q, %q : tensor<8x9xf32>, tensor<1x2x?x4xf32>, tensor<1x2x?x4xf32>
  return
}

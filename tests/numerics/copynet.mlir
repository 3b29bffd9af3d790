// One softmax over the scores of words and of places in the source; the places of a word are summed (Gu et al. 2016).
// RUN: cd %S/data/copynet-repeated_word && attn-run %s --reference --rtol 1e-9 --atol 1e-9 \
// RUN:   --input gen_scores=gen_scores.npy --input copy_scores=copy_scores.npy --input src_ext=src_ext.npy --input lengths=lengths.npy \
// RUN:   --expect dist=expected_dist.npy
// RUN: %run_compiled %s %t \
// RUN:   --sizes B=1,N=1 --sizes B=2,N=6 --sizes B=3,N=17 --sizes B=0,N=3 --sizes B=2,N=0 --integers lengths=0..1

func.func @copynet(
    %generate: tensor<?x7xf32> {attn.name = "gen_scores", attn.dims = ["B", "V"]},
    %copy: tensor<?x?xf32> {attn.name = "copy_scores", attn.dims = ["B", "N"]},
    %source: tensor<?x?xi32> {attn.name = "src_ext", attn.dims = ["B", "N"]},
    %lengths: tensor<?xi32> {attn.name = "lengths", attn.dims = ["B"]})
    -> (tensor<?x9xf32> {attn.name = "dist"}) {
  %behind = attn.rearrange %copy sizes affine_map<(b, n) -> (b, 1, 1, n + 7)> from affine_map<(b, h, i, j) -> (b, j - 7)> : tensor<?x?xf32>
  %scores = attn.pointwise %behind indexed captures(%generate) : tensor<?x1x1x?xf32>, tensor<?x7xf32> {
  ^bb0(%c: f32, %b: index, %h: index, %i: index, %j: index, %words: tensor<?x7xf32>):
    %six = arith.constant 6 : index
    %is_word = arith.cmpi sle, %j, %six : index
    %word = arith.minsi %j, %six : index
    %g = tensor.extract %words[%b, %word] : tensor<?x7xf32>
    %r = arith.select %is_word, %g, %c : f32
    attn.yield %r : f32
  }
  %masked = attn.mask %scores where predicate(%lengths) : tensor<?x1x1x?xf32>, tensor<?xi32> {
  ^bb0(%b: index, %h: index, %i: index, %j: index, %ends: tensor<?xi32>):
    %seven = arith.constant 7 : i32
    %length = tensor.extract %ends[%b] : tensor<?xi32>
    %end = arith.addi %length, %seven : i32
    %place = arith.index_cast %j : index to i32
    %is = arith.cmpi slt, %place, %end : i32
    attn.yield %is : i1
  }
  %p = attn.normalize softmax %masked : tensor<?x1x1x?xf32>
  %words = attn.rearrange %p sizes affine_map<(b, h, i, j) -> (b, 7)> from affine_map<(b, v) -> (b, 0, 0, v)> : tensor<?x1x1x?xf32>
  %base = attn.rearrange %words sizes affine_map<(b, v) -> (b, v + 2)> from affine_map<(b, v) -> (b, v)> : tensor<?x7xf32>
  %places = attn.rearrange %p sizes affine_map<(b, h, i, j) -> (b, j - 7)> from affine_map<(b, n) -> (b, 0, 0, n + 7)> : tensor<?x1x1x?xf32>
  %dist = attn.scatter_add %base, %source, %places : tensor<?x9xf32>, tensor<?x?xi32>, tensor<?x?xf32>
  return %dist : tensor<?x9xf32>
}

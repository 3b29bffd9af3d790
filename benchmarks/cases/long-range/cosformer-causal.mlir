// cosFormer (Qin et al. 2022), each token with those before it: the state of a prefix instead of a map.
func.func @cosformer_causal(
    %q: tensor<?x8x?x64xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x8x?x64xf32> {attn.name = "k", attn.dims = ["B", "H", "N", "D"]},
    %v: tensor<?x8x?x64xf32> {attn.name = "v", attn.dims = ["B", "H", "N", "D"]})
    -> (tensor<?x8x?x64xf32> {attn.name = "out"}) {
  %fq = attn.activation relu %q : tensor<?x8x?x64xf32>
  %fk = attn.activation relu %k : tensor<?x8x?x64xf32>
  %s = attn.score dot %fq, %fk : tensor<?x8x?x64xf32>, tensor<?x8x?x64xf32>
  %t = attn.modify %s captures(%fk) : tensor<?x8x?x?xf32>, tensor<?x8x?x64xf32> {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %j: index, %keys: tensor<?x8x?x64xf32>):
    %rows = arith.constant 2 : index
    %n = tensor.dim %keys, %rows : tensor<?x8x?x64xf32>
    %length = arith.index_cast %n : index to i32
    %d = arith.subi %i, %j : index
    %distance = arith.index_cast %d : index to i32
    %distance_real = arith.sitofp %distance : i32 to f32
    %length_real = arith.sitofp %length : i32 to f32
    %quarter = arith.constant 1.57079632679489661923 : f32
    %turn = arith.mulf %distance_real, %quarter : f32
    %angle = arith.divf %turn, %length_real : f32
    %weight = math.cos %angle : f32
    %r = arith.mulf %x, %weight : f32
    attn.yield %r : f32
  }
  %c = attn.mask %t where causal(top_left) : tensor<?x8x?x?xf32>
  %p = attn.normalize sum %c eps 1.0e-6 : tensor<?x8x?x?xf32>
  %out = attn.combine %p, %v : tensor<?x8x?x?xf32>, tensor<?x8x?x64xf32>
  return %out : tensor<?x8x?x64xf32>
}

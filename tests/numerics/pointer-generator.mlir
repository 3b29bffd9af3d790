// A step of a summariser: words of the vocabulary, or words of the source at the weights of its attention (See et al. 2017).
// RUN: cd %S/data/pointer_generator-oov && attn-run %s --reference --rtol 1e-9 --atol 1e-9 --weights=weights.safetensors \
// RUN:   --input vocab_logits=vocab_logits.npy --input att=att.npy --input src_ext=src_ext.npy --input context=context.npy --input state=state.npy --input x=x.npy \
// RUN:   --expect dist=expected_dist.npy --expect gate=expected_gate.npy
// RUN: %run_compiled %s %t --weights=%S/data/pointer_generator-oov/weights.safetensors \
// RUN:   --sizes B=1,N=1 --sizes B=2,N=6 --sizes B=3,N=17 --sizes B=0,N=3 --sizes B=2,N=0

func.func @pointer_generator(
    %logits: tensor<?x9xf32> {attn.name = "vocab_logits", attn.dims = ["B", "V"]},
    %weights: tensor<?x?xf32> {attn.name = "att", attn.dims = ["B", "N"]},
    %source: tensor<?x?xi32> {attn.name = "src_ext", attn.dims = ["B", "N"]},
    %context: tensor<?x5xf32> {attn.name = "context", attn.dims = ["B", "Ce"]},
    %state: tensor<?x4xf32> {attn.name = "state", attn.dims = ["B", "S"]},
    %x: tensor<?x3xf32> {attn.name = "x", attn.dims = ["B", "X"]})
    -> (tensor<?x12xf32> {attn.name = "dist"}, tensor<?x1xf32> {attn.name = "gate"}) {
  %wc = attn.weight "wc" : tensor<1x5xf32>
  %ws = attn.weight "ws" : tensor<1x4xf32>
  %wx = attn.weight "wx" : tensor<1x3xf32>
  %b = attn.weight "b" : tensor<1xf32>
  %gc = attn.linear %context, %wc, %b : tensor<?x5xf32>, tensor<1x5xf32>, tensor<1xf32>
  %gs = attn.linear %state, %ws : tensor<?x4xf32>, tensor<1x4xf32>
  %gx = attn.linear %x, %wx : tensor<?x3xf32>, tensor<1x3xf32>
  %two = attn.add %gc, %gs : tensor<?x1xf32>, tensor<?x1xf32>
  %sum = attn.add %two, %gx : tensor<?x1xf32>, tensor<?x1xf32>
  %gate = attn.activation sigmoid %sum : tensor<?x1xf32>
  %map = attn.rearrange %logits sizes affine_map<(b, v) -> (1, 1, b, v)> from affine_map<(z, h, b, v) -> (b, v)> : tensor<?x9xf32>
  %p = attn.normalize softmax %map : tensor<1x1x?x9xf32>
  // Words that only the source has, too.
  %rows = attn.rearrange %p sizes affine_map<(z, h, b, v) -> (b, v + 3)> from affine_map<(b, v) -> (0, 0, b, v)> : tensor<1x1x?x9xf32>
  %generated = attn.pointwise %rows, %gate : tensor<?x12xf32>, tensor<?x1xf32> {
  ^bb0(%v: f32, %g: f32):
    %r = arith.mulf %v, %g : f32
    attn.yield %r : f32
  }
  %copied = attn.pointwise %weights, %gate : tensor<?x?xf32>, tensor<?x1xf32> {
  ^bb0(%v: f32, %g: f32):
    %one = arith.constant 1.0 : f32
    %rest = arith.subf %one, %g : f32
    %r = arith.mulf %v, %rest : f32
    attn.yield %r : f32
  }
  %dist = attn.scatter_add %generated, %source, %copied : tensor<?x12xf32>, tensor<?x?xi32>, tensor<?x?xf32>
  return %dist, %gate : tensor<?x12xf32>, tensor<?x1xf32>
}

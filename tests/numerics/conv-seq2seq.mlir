// Convolutions for self-attention, in the encoder centred, in the decoder of what came before (Gehring et al. 2017): a linear of
// neighbours side by side. Padding is 0 before each.
// RUN: cd %S/data/conv_seq2seq-two_layers && attn-run %s --reference --rtol 1e-9 --atol 1e-9 --weights=weights.safetensors \
// RUN:   --input src=src.npy --input tgt=tgt.npy --input lengths=lengths.npy \
// RUN:   --expect out=expected_out.npy --expect map0=expected_map0.npy --expect map1=expected_map1.npy
// RUN: %run_compiled %s %t --weights=%S/data/conv_seq2seq-two_layers/weights.safetensors \
// RUN:   --sizes B=2,N=7,T=5 --sizes B=1,N=1,T=1 --sizes B=2,N=33,T=65 --sizes B=0,N=3,T=2 --sizes B=2,N=0,T=3

func.func @conv_seq2seq(
    %src: tensor<?x?x6xf32> {attn.name = "src", attn.dims = ["B", "N", "C"]},
    %tgt: tensor<?x?x6xf32> {attn.name = "tgt", attn.dims = ["B", "T", "C"]},
    %lengths: tensor<?xi32> {attn.name = "lengths", attn.dims = ["B"]})
    -> (tensor<?x?x6xf32> {attn.name = "out"}, tensor<?x1x?x?xf32> {attn.name = "map0"}, tensor<?x1x?x?xf32> {attn.name = "map1"}) {
  %x0_W = attn.weight "encfc.W" : tensor<6x6xf32>
  %x0_b = attn.weight "encfc.b" : tensor<6xf32>
  %x0 = attn.linear %src, %x0_W, %x0_b : tensor<?x?x6xf32>, tensor<6x6xf32>, tensor<6xf32>
  %h0 = attn.pointwise %x0 indexed captures(%lengths) : tensor<?x?x6xf32>, tensor<?xi32> {
  ^bb0(%v: f32, %b: index, %n: index, %c: index, %ends: tensor<?xi32>):
    %length = tensor.extract %ends[%b] : tensor<?xi32>
    %end = arith.index_cast %length : i32 to index
    %is = arith.cmpi slt, %n, %end : index
    %zero = arith.constant 0.0 : f32
    %r = arith.select %is, %v, %zero : f32
    attn.yield %r : f32
  }
  %e0_n = attn.rearrange %h0 sizes affine_map<(b, n, c) -> (b, n, c * 3)>
      from affine_map<(b, n, c) -> (b, n + c floordiv 6 - 1, c mod 6)> : tensor<?x?x6xf32>
  %e0_y_W = attn.weight "enc0.W" : tensor<12x18xf32>
  %e0_y_b = attn.weight "enc0.b" : tensor<12xf32>
  %e0_y = attn.linear %e0_n, %e0_y_W, %e0_y_b : tensor<?x?x18xf32>, tensor<12x18xf32>, tensor<12xf32>
  %e0_l = attn.rearrange %e0_y sizes affine_map<(b, n, c) -> (b, n, 6)> from affine_map<(b, n, c) -> (b, n, c)> : tensor<?x?x12xf32>
  %e0_r = attn.rearrange %e0_y sizes affine_map<(b, n, c) -> (b, n, 6)> from affine_map<(b, n, c) -> (b, n, c + 6)> : tensor<?x?x12xf32>
  %e0_g = attn.activation sigmoid %e0_r : tensor<?x?x6xf32>
  %e0 = attn.pointwise %e0_l, %e0_g : tensor<?x?x6xf32>, tensor<?x?x6xf32> {
  ^bb0(%a: f32, %g: f32):
    %r = arith.mulf %a, %g : f32
    attn.yield %r : f32
  }
  %x1 = attn.pointwise %e0, %x0 : tensor<?x?x6xf32>, tensor<?x?x6xf32> {
  ^bb0(%a: f32, %b: f32):
    %half = arith.constant 0.5 : f32
    %root = math.sqrt %half : f32
    %sum = arith.addf %a, %b : f32
    %r = arith.mulf %sum, %root : f32
    attn.yield %r : f32
  }
  %h1 = attn.pointwise %x1 indexed captures(%lengths) : tensor<?x?x6xf32>, tensor<?xi32> {
  ^bb0(%v: f32, %b: index, %n: index, %c: index, %ends: tensor<?xi32>):
    %length = tensor.extract %ends[%b] : tensor<?xi32>
    %end = arith.index_cast %length : i32 to index
    %is = arith.cmpi slt, %n, %end : index
    %zero = arith.constant 0.0 : f32
    %r = arith.select %is, %v, %zero : f32
    attn.yield %r : f32
  }
  %e1_n = attn.rearrange %h1 sizes affine_map<(b, n, c) -> (b, n, c * 3)>
      from affine_map<(b, n, c) -> (b, n + c floordiv 6 - 1, c mod 6)> : tensor<?x?x6xf32>
  %e1_y_W = attn.weight "enc1.W" : tensor<12x18xf32>
  %e1_y_b = attn.weight "enc1.b" : tensor<12xf32>
  %e1_y = attn.linear %e1_n, %e1_y_W, %e1_y_b : tensor<?x?x18xf32>, tensor<12x18xf32>, tensor<12xf32>
  %e1_l = attn.rearrange %e1_y sizes affine_map<(b, n, c) -> (b, n, 6)> from affine_map<(b, n, c) -> (b, n, c)> : tensor<?x?x12xf32>
  %e1_r = attn.rearrange %e1_y sizes affine_map<(b, n, c) -> (b, n, 6)> from affine_map<(b, n, c) -> (b, n, c + 6)> : tensor<?x?x12xf32>
  %e1_g = attn.activation sigmoid %e1_r : tensor<?x?x6xf32>
  %e1 = attn.pointwise %e1_l, %e1_g : tensor<?x?x6xf32>, tensor<?x?x6xf32> {
  ^bb0(%a: f32, %g: f32):
    %r = arith.mulf %a, %g : f32
    attn.yield %r : f32
  }
  %x2 = attn.pointwise %e1, %x1 : tensor<?x?x6xf32>, tensor<?x?x6xf32> {
  ^bb0(%a: f32, %b: f32):
    %half = arith.constant 0.5 : f32
    %root = math.sqrt %half : f32
    %sum = arith.addf %a, %b : f32
    %r = arith.mulf %sum, %root : f32
    attn.yield %r : f32
  }
  %ez_W = attn.weight "encz.W" : tensor<6x6xf32>
  %ez_b = attn.weight "encz.b" : tensor<6xf32>
  %ez = attn.linear %x2, %ez_W, %ez_b : tensor<?x?x6xf32>, tensor<6x6xf32>, tensor<6xf32>
  %z = attn.pointwise %ez indexed captures(%lengths) : tensor<?x?x6xf32>, tensor<?xi32> {
  ^bb0(%v: f32, %b: index, %n: index, %c: index, %ends: tensor<?xi32>):
    %length = tensor.extract %ends[%b] : tensor<?xi32>
    %end = arith.index_cast %length : i32 to index
    %is = arith.cmpi slt, %n, %end : index
    %zero = arith.constant 0.0 : f32
    %r = arith.select %is, %v, %zero : f32
    attn.yield %r : f32
  }
  %e = attn.pointwise %z, %src : tensor<?x?x6xf32>, tensor<?x?x6xf32> {
  ^bb0(%a: f32, %b: f32):
    %half = arith.constant 0.5 : f32
    %root = math.sqrt %half : f32
    %sum = arith.addf %a, %b : f32
    %r = arith.mulf %sum, %root : f32
    attn.yield %r : f32
  }
  %k = attn.split_heads %z into 1 : tensor<?x?x6xf32>
  %v = attn.split_heads %e into 1 : tensor<?x?x6xf32>
  %y0_W = attn.weight "decfc.W" : tensor<6x6xf32>
  %y0_b = attn.weight "decfc.b" : tensor<6xf32>
  %y0 = attn.linear %tgt, %y0_W, %y0_b : tensor<?x?x6xf32>, tensor<6x6xf32>, tensor<6xf32>
  %d0_n = attn.rearrange %y0 sizes affine_map<(b, n, c) -> (b, n, c * 3)>
      from affine_map<(b, n, c) -> (b, n + c floordiv 6 - 2, c mod 6)> : tensor<?x?x6xf32>
  %d0_y_W = attn.weight "dec0.W" : tensor<12x18xf32>
  %d0_y_b = attn.weight "dec0.b" : tensor<12xf32>
  %d0_y = attn.linear %d0_n, %d0_y_W, %d0_y_b : tensor<?x?x18xf32>, tensor<12x18xf32>, tensor<12xf32>
  %d0_l = attn.rearrange %d0_y sizes affine_map<(b, n, c) -> (b, n, 6)> from affine_map<(b, n, c) -> (b, n, c)> : tensor<?x?x12xf32>
  %d0_r = attn.rearrange %d0_y sizes affine_map<(b, n, c) -> (b, n, 6)> from affine_map<(b, n, c) -> (b, n, c + 6)> : tensor<?x?x12xf32>
  %d0_g = attn.activation sigmoid %d0_r : tensor<?x?x6xf32>
  %d0 = attn.pointwise %d0_l, %d0_g : tensor<?x?x6xf32>, tensor<?x?x6xf32> {
  ^bb0(%a: f32, %g: f32):
    %r = arith.mulf %a, %g : f32
    attn.yield %r : f32
  }
  %i0_W = attn.weight "dec0.in.W" : tensor<6x6xf32>
  %i0_b = attn.weight "dec0.in.b" : tensor<6xf32>
  %i0 = attn.linear %d0, %i0_W, %i0_b : tensor<?x?x6xf32>, tensor<6x6xf32>, tensor<6xf32>
  %q0 = attn.pointwise %i0, %tgt : tensor<?x?x6xf32>, tensor<?x?x6xf32> {
  ^bb0(%a: f32, %b: f32):
    %half = arith.constant 0.5 : f32
    %root = math.sqrt %half : f32
    %sum = arith.addf %a, %b : f32
    %r = arith.mulf %sum, %root : f32
    attn.yield %r : f32
  }
  %qh0 = attn.split_heads %q0 into 1 : tensor<?x?x6xf32>
  %s0 = attn.score dot %qh0, %k : tensor<?x1x?x6xf32>, tensor<?x1x?x6xf32>
  %m0 = attn.mask %s0 where lengths(%lengths) : tensor<?x1x?x?xf32>, tensor<?xi32>
  %map0 = attn.normalize softmax %m0 : tensor<?x1x?x?xf32>
  %ch0 = attn.combine %map0, %v : tensor<?x1x?x?xf32>, tensor<?x1x?x6xf32>
  %cm0 = attn.merge_heads %ch0 : tensor<?x1x?x6xf32>
  %c0 = attn.pointwise %cm0 indexed captures(%lengths) : tensor<?x?x6xf32>, tensor<?xi32> {
  ^bb0(%a: f32, %b: index, %n: index, %c: index, %ends: tensor<?xi32>):
    %length = tensor.extract %ends[%b] : tensor<?xi32>
    %count = arith.sitofp %length : i32 to f32
    %root = math.sqrt %count : f32
    %r = arith.mulf %a, %root : f32
    attn.yield %r : f32
  }
  %o0_W = attn.weight "dec0.out.W" : tensor<6x6xf32>
  %o0_b = attn.weight "dec0.out.b" : tensor<6xf32>
  %o0 = attn.linear %c0, %o0_W, %o0_b : tensor<?x?x6xf32>, tensor<6x6xf32>, tensor<6xf32>
  %u0 = attn.pointwise %o0, %d0 : tensor<?x?x6xf32>, tensor<?x?x6xf32> {
  ^bb0(%a: f32, %b: f32):
    %half = arith.constant 0.5 : f32
    %root = math.sqrt %half : f32
    %sum = arith.addf %a, %b : f32
    %r = arith.mulf %sum, %root : f32
    attn.yield %r : f32
  }
  %y1 = attn.pointwise %u0, %y0 : tensor<?x?x6xf32>, tensor<?x?x6xf32> {
  ^bb0(%a: f32, %b: f32):
    %half = arith.constant 0.5 : f32
    %root = math.sqrt %half : f32
    %sum = arith.addf %a, %b : f32
    %r = arith.mulf %sum, %root : f32
    attn.yield %r : f32
  }
  %d1_n = attn.rearrange %y1 sizes affine_map<(b, n, c) -> (b, n, c * 3)>
      from affine_map<(b, n, c) -> (b, n + c floordiv 6 - 2, c mod 6)> : tensor<?x?x6xf32>
  %d1_y_W = attn.weight "dec1.W" : tensor<12x18xf32>
  %d1_y_b = attn.weight "dec1.b" : tensor<12xf32>
  %d1_y = attn.linear %d1_n, %d1_y_W, %d1_y_b : tensor<?x?x18xf32>, tensor<12x18xf32>, tensor<12xf32>
  %d1_l = attn.rearrange %d1_y sizes affine_map<(b, n, c) -> (b, n, 6)> from affine_map<(b, n, c) -> (b, n, c)> : tensor<?x?x12xf32>
  %d1_r = attn.rearrange %d1_y sizes affine_map<(b, n, c) -> (b, n, 6)> from affine_map<(b, n, c) -> (b, n, c + 6)> : tensor<?x?x12xf32>
  %d1_g = attn.activation sigmoid %d1_r : tensor<?x?x6xf32>
  %d1 = attn.pointwise %d1_l, %d1_g : tensor<?x?x6xf32>, tensor<?x?x6xf32> {
  ^bb0(%a: f32, %g: f32):
    %r = arith.mulf %a, %g : f32
    attn.yield %r : f32
  }
  %i1_W = attn.weight "dec1.in.W" : tensor<6x6xf32>
  %i1_b = attn.weight "dec1.in.b" : tensor<6xf32>
  %i1 = attn.linear %d1, %i1_W, %i1_b : tensor<?x?x6xf32>, tensor<6x6xf32>, tensor<6xf32>
  %q1 = attn.pointwise %i1, %tgt : tensor<?x?x6xf32>, tensor<?x?x6xf32> {
  ^bb0(%a: f32, %b: f32):
    %half = arith.constant 0.5 : f32
    %root = math.sqrt %half : f32
    %sum = arith.addf %a, %b : f32
    %r = arith.mulf %sum, %root : f32
    attn.yield %r : f32
  }
  %qh1 = attn.split_heads %q1 into 1 : tensor<?x?x6xf32>
  %s1 = attn.score dot %qh1, %k : tensor<?x1x?x6xf32>, tensor<?x1x?x6xf32>
  %m1 = attn.mask %s1 where lengths(%lengths) : tensor<?x1x?x?xf32>, tensor<?xi32>
  %map1 = attn.normalize softmax %m1 : tensor<?x1x?x?xf32>
  %ch1 = attn.combine %map1, %v : tensor<?x1x?x?xf32>, tensor<?x1x?x6xf32>
  %cm1 = attn.merge_heads %ch1 : tensor<?x1x?x6xf32>
  %c1 = attn.pointwise %cm1 indexed captures(%lengths) : tensor<?x?x6xf32>, tensor<?xi32> {
  ^bb0(%a: f32, %b: index, %n: index, %c: index, %ends: tensor<?xi32>):
    %length = tensor.extract %ends[%b] : tensor<?xi32>
    %count = arith.sitofp %length : i32 to f32
    %root = math.sqrt %count : f32
    %r = arith.mulf %a, %root : f32
    attn.yield %r : f32
  }
  %o1_W = attn.weight "dec1.out.W" : tensor<6x6xf32>
  %o1_b = attn.weight "dec1.out.b" : tensor<6xf32>
  %o1 = attn.linear %c1, %o1_W, %o1_b : tensor<?x?x6xf32>, tensor<6x6xf32>, tensor<6xf32>
  %u1 = attn.pointwise %o1, %d1 : tensor<?x?x6xf32>, tensor<?x?x6xf32> {
  ^bb0(%a: f32, %b: f32):
    %half = arith.constant 0.5 : f32
    %root = math.sqrt %half : f32
    %sum = arith.addf %a, %b : f32
    %r = arith.mulf %sum, %root : f32
    attn.yield %r : f32
  }
  %y2 = attn.pointwise %u1, %y1 : tensor<?x?x6xf32>, tensor<?x?x6xf32> {
  ^bb0(%a: f32, %b: f32):
    %half = arith.constant 0.5 : f32
    %root = math.sqrt %half : f32
    %sum = arith.addf %a, %b : f32
    %r = arith.mulf %sum, %root : f32
    attn.yield %r : f32
  }
  return %y2, %map0, %map1 : tensor<?x?x6xf32>, tensor<?x1x?x?xf32>, tensor<?x1x?x?xf32>
}

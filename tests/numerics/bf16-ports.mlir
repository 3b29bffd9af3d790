// Arguments and results of bf16: read as they are, computed in f32, rounded once. The bound is that of f32, for each number
// beyond the half unit in the last place of bf16 that its rounding may cost.
// RUN: split-file %s %t
// RUN: %run_compiled %t/attention.mlir %t/attention --sizes B=2,N=9,M=13 --sizes B=1,N=97,M=300 --sizes B=1,N=33,M=1 --sizes B=1,N=5,M=0
// RUN: %run_compiled %t/merged.mlir %t/merged --sizes B=2,N=37 --sizes B=1,N=130
// RUN: %run_compiled %t/decode.mlir %t/decode --backend llvm --sizes B=2,M=1 --sizes B=1,M=999
// RUN: %run_compiled %t/block.mlir %t/block --weights random:7 --sizes B=2,N=3 --sizes B=1,N=205
// RUN: %run_compiled %t/block.mlir %t/reduced --weights random:7 --precision bf16 --precision int8 --sizes B=2,N=3 --sizes B=1,N=205
// RUN: %run_compiled %t/evolving.mlir %t/evolving --sizes B=2,N=7,M=18 --sizes B=1,N=50,M=50
// RUN: %run_compiled %t/mixed.mlir %t/mixed --sizes B=2,N=11,M=20 --sizes B=1,N=2,M=70
// RUN: %run_compiled %t/rows.mlir %t/rows --sizes B=2,N=5 --sizes B=3,N=1
// RUN: %run_compiled %t/copies.mlir %t/copies --sizes B=3,N=1 --sizes B=1,N=17000

//--- attention.mlir
// Grouped heads, a mask, a formula in bf16; the widths are no multiples of vectors.
func.func @attention(%q: tensor<?x6x?x20xbf16> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
                     %k: tensor<?x2x?x20xbf16> {attn.name = "k", attn.dims = ["B", "G", "M", "D"]},
                     %v: tensor<?x2x?x44xbf16> {attn.name = "v", attn.dims = ["B", "G", "M", "E"]},
                     %slope: tensor<6xbf16> {attn.name = "slope", attn.dims = ["H"]})
    -> (tensor<?x6x?x44xbf16> {attn.name = "out"}, tensor<?x6x?x44xbf16> {attn.name = "biased"}) {
  %out = attn.attention %q, %k, %v scale 0.25 where causal(bottom_right)
      : tensor<?x6x?x20xbf16>, tensor<?x2x?x20xbf16>, tensor<?x2x?x44xbf16>
  %s = attn.score dot %q, %k scale 0.25 : tensor<?x6x?x20xbf16>, tensor<?x2x?x20xbf16>
  %t = attn.modify %s captures(%slope) : tensor<?x6x?x?xbf16>, tensor<6xbf16> {
  ^bb0(%x: bf16, %b: index, %h: index, %i: index, %j: index, %slopes: tensor<6xbf16>):
    %slope_of_head = tensor.extract %slopes[%h] : tensor<6xbf16>
    %wide = arith.extf %slope_of_head : bf16 to f32
    %third = arith.constant 3.333330e-01 : f32
    %bias = arith.mulf %wide, %third : f32
    %narrow = arith.truncf %bias : f32 to bf16
    %more = arith.constant 1.250000e-01 : bf16
    %sum = arith.addf %narrow, %more : bf16
    %r = arith.addf %x, %sum : bf16
    attn.yield %r : bf16
  }
  %p = attn.normalize softmax %t : tensor<?x6x?x?xbf16>
  %biased = attn.combine %p, %v : tensor<?x6x?x?xbf16>, tensor<?x2x?x44xbf16>
  return %out, %biased : tensor<?x6x?x44xbf16>, tensor<?x6x?x44xbf16>
}

//--- merged.mlir
// Heads side by side, as a projection makes them, and a result that the next kernel reads in f32.
func.func @merged(%x: tensor<?x?x64xbf16> {attn.name = "x", attn.dims = ["B", "N", "C"]})
    -> (tensor<?x?x64xbf16> {attn.name = "out"}, tensor<?x?x64xbf16> {attn.name = "sum"}) {
  %h = attn.split_heads %x into 4 : tensor<?x?x64xbf16>
  %o = attn.attention %h, %h, %h scale 0.25 where window(20, 3, top_left)
      : tensor<?x4x?x16xbf16>, tensor<?x4x?x16xbf16>, tensor<?x4x?x16xbf16>
  %out = attn.merge_heads %o : tensor<?x4x?x16xbf16>
  %sum = attn.add %out, %x : tensor<?x?x64xbf16>, tensor<?x?x64xbf16>
  return %out, %sum : tensor<?x?x64xbf16>, tensor<?x?x64xbf16>
}

//--- decode.mlir
func.func @decode(%q: tensor<?x8x1x64xbf16> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
                  %k: tensor<?x2x?x64xbf16> {attn.name = "k", attn.dims = ["B", "G", "M", "D"]},
                  %v: tensor<?x2x?x64xbf16> {attn.name = "v", attn.dims = ["B", "G", "M", "D"]},
                  %q3: tensor<?x3x27xbf16> {attn.name = "q3", attn.dims = ["B", "N3", "C"]},
                  %k3: tensor<?x?x27xbf16> {attn.name = "k3", attn.dims = ["B", "M", "C"]})
    -> (tensor<?x8x1x64xbf16> {attn.name = "out"}, tensor<?x3x3x9xbf16> {attn.name = "odd"}) {
  %out = attn.attention %q, %k, %v scale 0.125 : tensor<?x8x1x64xbf16>, tensor<?x2x?x64xbf16>, tensor<?x2x?x64xbf16>
  %qs = attn.split_heads %q3 into 3 : tensor<?x3x27xbf16>
  %ks = attn.split_heads %k3 into 3 : tensor<?x?x27xbf16>
  %odd = attn.attention %qs, %ks, %ks scale 0.5 where causal(bottom_right)
      : tensor<?x3x3x9xbf16>, tensor<?x3x?x9xbf16>, tensor<?x3x?x9xbf16>
  return %out, %odd : tensor<?x8x1x64xbf16>, tensor<?x3x3x9xbf16>
}

//--- block.mlir
// A feed-forward network with a residual and a norm; the inner width is odd, so that pairs of bf16 end in the middle.
func.func @block(%x: tensor<?x?x33xbf16> {attn.name = "x", attn.dims = ["B", "N", "C"]})
    -> (tensor<?x?x51xbf16> {attn.name = "hidden"}, tensor<?x?x33xbf16> {attn.name = "out"}) {
  %w1 = attn.weight "w1" : tensor<51x33xbf16>
  %b1 = attn.weight "b1" : tensor<51xbf16>
  %w2 = attn.weight "w2" : tensor<33x51xbf16>
  %gamma = attn.weight "gamma" : tensor<33xbf16>
  %beta = attn.weight "beta" : tensor<33xbf16>
  %h = attn.linear %x, %w1, %b1 : tensor<?x?x33xbf16>, tensor<51x33xbf16>, tensor<51xbf16>
  %hidden = attn.activation gelu %h : tensor<?x?x51xbf16>
  %y = attn.linear %h, %w2 : tensor<?x?x51xbf16>, tensor<33x51xbf16>
  %sum = attn.add %y, %x : tensor<?x?x33xbf16>, tensor<?x?x33xbf16>
  %out = attn.layer_norm %sum, %gamma, %beta eps 1.0e-5 : tensor<?x?x33xbf16>, tensor<33xbf16>, tensor<33xbf16>
  return %hidden, %out : tensor<?x?x51xbf16>, tensor<?x?x33xbf16>
}

//--- evolving.mlir
// Strips: a map that mixes with the one before, is convolved and leaves too.
func.func @evolving(%q: tensor<?x4x?x20xbf16> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
                    %k: tensor<?x4x?x20xbf16> {attn.name = "k", attn.dims = ["B", "H", "M", "D"]},
                    %v: tensor<?x4x?x24xbf16> {attn.name = "v", attn.dims = ["B", "H", "M", "E"]},
                    %before: tensor<?x4x?x?xbf16> {attn.name = "before", attn.dims = ["B", "H", "N", "M"]},
                    %w: tensor<4x4x3x3xbf16> {attn.name = "w", attn.dims = ["H", "H", "Y", "X"]})
    -> (tensor<?x4x?x24xbf16> {attn.name = "out"}, tensor<?x4x?x?xbf16> {attn.name = "logits"}) {
  %s = attn.score dot %q, %k scale 0.25 : tensor<?x4x?x20xbf16>, tensor<?x4x?x20xbf16>
  %mixed = attn.blend %before, %s alpha 0.5 : tensor<?x4x?x?xbf16>, tensor<?x4x?x?xbf16>
  %conv = attn.map_conv %mixed, %w : tensor<?x4x?x?xbf16>, tensor<4x4x3x3xbf16>
  %active = attn.activation relu %conv : tensor<?x4x?x?xbf16>
  %logits = attn.blend %active, %mixed alpha 0.1 : tensor<?x4x?x?xbf16>, tensor<?x4x?x?xbf16>
  %p = attn.normalize softmax %logits : tensor<?x4x?x?xbf16>
  %out = attn.combine %p, %v : tensor<?x4x?x?xbf16>, tensor<?x4x?x24xbf16>
  return %out, %logits : tensor<?x4x?x24xbf16>, tensor<?x4x?x?xbf16>
}

//--- mixed.mlir
// Some ports of f32, some of bf16, by the attribute; one value leaves in both, and one port of bf16 is read in f32 too.
func.func @mixed(%q: tensor<?x2x?x16xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
                 %k: tensor<?x2x?x16xf32> {attn.name = "k", attn.dims = ["B", "H", "M", "D"], attn.storage = "bf16"},
                 %v: tensor<?x2x?x16xf32> {attn.name = "v", attn.dims = ["B", "H", "M", "D"], attn.storage = "bf16"},
                 %n: tensor<?xi32> {attn.name = "n", attn.dims = ["B"]})
    -> (tensor<?x2x?x16xf32> {attn.name = "wide"}, tensor<?x2x?x16xf32> {attn.name = "narrow", attn.storage = "bf16"},
        tensor<?x2x?x16xf32> {attn.name = "means"}) {
  %out = attn.attention %q, %k, %v scale 0.25 where lengths(%n)
      : tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>, tensor<?xi32>
  %s = attn.score distance %v, %k scale 0.25 : tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>
  %p = attn.normalize sparsemax %s : tensor<?x2x?x?xf32>
  %means = attn.combine %p, %v : tensor<?x2x?x?xf32>, tensor<?x2x?x16xf32>
  return %out, %out, %means : tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>
}

//--- rows.mlir
// Every op of rows reads bf16, and writes it.
func.func @rows(%x: tensor<?x?x19xbf16> {attn.name = "x", attn.dims = ["B", "N", "C"]},
                %heads: tensor<?x3x?x7xbf16> {attn.name = "heads", attn.dims = ["B", "H", "N", "D"]},
                %table: tensor<40x19xbf16> {attn.name = "table", attn.dims = ["V", "C"]},
                %ids: tensor<?x?xi32> {attn.name = "ids", attn.dims = ["B", "N"]},
                %gain: tensor<1xbf16> {attn.name = "gain", attn.dims = ["U"]},
                %gamma: tensor<19xbf16> {attn.name = "gamma", attn.dims = ["C"]})
    -> (tensor<?x?x19xbf16> {attn.name = "normed"}, tensor<?x?x21xbf16> {attn.name = "merged"},
        tensor<?x3x?x7xbf16> {attn.name = "split"}, tensor<?x?x19xbf16> {attn.name = "tokens"},
        tensor<?x?x19xbf16> {attn.name = "unit"}, tensor<?x?x19xbf16> {attn.name = "scaled"}) {
  %normed = attn.layer_norm %x, %gamma, %gamma eps 1.0e-5 : tensor<?x?x19xbf16>, tensor<19xbf16>, tensor<19xbf16>
  %merged = attn.merge_heads %heads : tensor<?x3x?x7xbf16>
  %split = attn.split_heads %merged into 3 : tensor<?x?x21xbf16>
  %looked = attn.embed %table, %ids : tensor<40x19xbf16>, tensor<?x?xi32>
  %places = attn.positions %table, %ids : tensor<40x19xbf16>, tensor<?x?xi32>
  %tokens = attn.add %looked, %places : tensor<?x?x19xbf16>, tensor<?x19xbf16>
  %unit = attn.l2_normalize %x eps 1.0e-6 : tensor<?x?x19xbf16>
  %rms = attn.rms_norm %x, %gamma eps 1.0e-5 : tensor<?x?x19xbf16>, tensor<19xbf16>
  %scaled = attn.pointwise %rms, %gain : tensor<?x?x19xbf16>, tensor<1xbf16> {
  ^bb0(%a: bf16, %b: bf16):
    %r = arith.mulf %a, %b : bf16
    attn.yield %r : bf16
  }
  return %normed, %merged, %split, %tokens, %unit, %scaled : tensor<?x?x19xbf16>, tensor<?x?x21xbf16>,
      tensor<?x3x?x7xbf16>, tensor<?x?x19xbf16>, tensor<?x?x19xbf16>, tensor<?x?x19xbf16>
}

//--- copies.mlir
// Arguments that leave as they are, narrower, wider, and pool, which reads part of them.
func.func @copies(%x: tensor<?x?xf32> {attn.name = "x", attn.dims = ["B", "N"]},
                  %y: tensor<?x?xf32> {attn.name = "y", attn.dims = ["B", "N"], attn.storage = "bf16"},
                  %z: tensor<?x?x9xf32> {attn.name = "z", attn.dims = ["B", "N", "C"], attn.storage = "bf16"},
                  %n: tensor<?xi32> {attn.name = "n", attn.dims = ["B"]})
    -> (tensor<?x?xf32> {attn.name = "narrower", attn.storage = "bf16"}, tensor<?x?xf32> {attn.name = "wider"},
        tensor<?x?xf32> {attn.name = "same", attn.storage = "bf16"},
        tensor<?x9xf32> {attn.name = "mean", attn.storage = "bf16"}) {
  %mean = attn.pool mean %z lengths %n : tensor<?x?x9xf32>, tensor<?xi32>
  return %x, %y, %y, %mean : tensor<?x?xf32>, tensor<?x?xf32>, tensor<?x?xf32>, tensor<?x9xf32>
}

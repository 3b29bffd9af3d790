// Every normaliser that is streamed: with masks and without, with a formula and a scale, over several blocks of keys; rows
// that see no key. Scores that are weights as they are take no map where no mask is.
// RUN: sed 's/WEIGHTS/softmax %%m : tensor<?x2x?x?xf32>/; s/PLAIN/softmax %%s : tensor<?x2x?x?xf32>/' %s > %t.0.mlir
// RUN: attnc %t.0.mlir --explain | FileCheck %s
// RUN: %run_compiled %t.0.mlir %t --sizes B=2,N=7,M=13 --sizes B=2,N=100,M=5 --sizes B=2,N=40,M=600 \
// RUN:   --sizes B=0,N=7,M=13 --sizes B=2,N=0,M=5 --sizes B=2,N=3,M=0
// RUN: sed 's/WEIGHTS/softmax_one %%m : tensor<?x2x?x?xf32>/; s/PLAIN/softmax_one %%s : tensor<?x2x?x?xf32>/' %s > %t.1.mlir
// RUN: attnc %t.1.mlir --explain | FileCheck %s
// RUN: %run_compiled %t.1.mlir %t --sizes B=2,N=7,M=13 --sizes B=2,N=100,M=5 --sizes B=2,N=40,M=600 \
// RUN:   --sizes B=0,N=7,M=13 --sizes B=2,N=0,M=5 --sizes B=2,N=3,M=0
// RUN: sed 's/WEIGHTS/softmax_one %%m sink %%sink : tensor<?x2x?x?xf32>, tensor<2xf32>/; s/PLAIN/softmax_one %%s sink %%sink : tensor<?x2x?x?xf32>, tensor<2xf32>/' %s > %t.2.mlir
// RUN: attnc %t.2.mlir --explain | FileCheck %s
// RUN: %run_compiled %t.2.mlir %t --sizes B=2,N=7,M=13 --sizes B=2,N=100,M=5 --sizes B=2,N=40,M=600 \
// RUN:   --sizes B=0,N=7,M=13 --sizes B=2,N=0,M=5 --sizes B=2,N=3,M=0
// RUN: sed 's/WEIGHTS/sum %%m : tensor<?x2x?x?xf32>/; s/PLAIN/none %%s : tensor<?x2x?x?xf32>/' %s > %t.3.mlir
// RUN: attnc %t.3.mlir --explain | FileCheck %s
// RUN: %run_compiled %t.3.mlir %t --sizes B=2,N=7,M=13 --sizes B=2,N=100,M=5 --sizes B=2,N=40,M=600 \
// RUN:   --sizes B=0,N=7,M=13 --sizes B=2,N=0,M=5 --sizes B=2,N=3,M=0
// RUN: sed 's/WEIGHTS/relu_sum %%m eps 0.5 : tensor<?x2x?x?xf32>/; s/PLAIN/relu_sum %%s eps 0.5 : tensor<?x2x?x?xf32>/' %s > %t.4.mlir
// RUN: attnc %t.4.mlir --explain | FileCheck %s
// RUN: %run_compiled %t.4.mlir %t --sizes B=2,N=7,M=13 --sizes B=2,N=100,M=5 --sizes B=2,N=40,M=600 \
// RUN:   --sizes B=0,N=7,M=13 --sizes B=2,N=0,M=5 --sizes B=2,N=3,M=0
// RUN: sed 's/WEIGHTS/relu_mean %%m : tensor<?x2x?x?xf32>/; s/PLAIN/relu_mean %%s : tensor<?x2x?x?xf32>/' %s > %t.5.mlir
// RUN: attnc %t.5.mlir --explain | FileCheck %s
// RUN: %run_compiled %t.5.mlir %t --sizes B=2,N=7,M=13 --sizes B=2,N=100,M=5 --sizes B=2,N=40,M=600 \
// RUN:   --sizes B=0,N=7,M=13 --sizes B=2,N=0,M=5 --sizes B=2,N=3,M=0
// RUN: sed 's/WEIGHTS/relu2_mean %%m : tensor<?x2x?x?xf32>/; s/PLAIN/relu2_mean %%s : tensor<?x2x?x?xf32>/' %s > %t.6.mlir
// RUN: attnc %t.6.mlir --explain | FileCheck %s
// RUN: %run_compiled %t.6.mlir %t --sizes B=2,N=7,M=13 --sizes B=2,N=100,M=5 --sizes B=2,N=40,M=600 \
// RUN:   --sizes B=0,N=7,M=13 --sizes B=2,N=0,M=5 --sizes B=2,N=3,M=0
// RUN: sed 's/WEIGHTS/sigmoid %%m : tensor<?x2x?x?xf32>/; s/PLAIN/sigmoid %%s : tensor<?x2x?x?xf32>/' %s > %t.7.mlir
// RUN: attnc %t.7.mlir --explain | FileCheck %s
// RUN: %run_compiled %t.7.mlir %t --sizes B=2,N=7,M=13 --sizes B=2,N=100,M=5 --sizes B=2,N=40,M=600 \
// RUN:   --sizes B=0,N=7,M=13 --sizes B=2,N=0,M=5 --sizes B=2,N=3,M=0
// RUN: sed 's/WEIGHTS/none %%m : tensor<?x2x?x?xf32>/; s/PLAIN/none %%s : tensor<?x2x?x?xf32>/' %s > %t.8.mlir
// RUN: attnc %t.8.mlir --explain | FileCheck %s
// RUN: %run_compiled %t.8.mlir %t --sizes B=2,N=7,M=13 --sizes B=2,N=100,M=5 --sizes B=2,N=40,M=600 \
// RUN:   --sizes B=0,N=7,M=13 --sizes B=2,N=0,M=5 --sizes B=2,N=3,M=0
// CHECK-NOT: strategy: strip
// CHECK-COUNT-2: strategy: {{stream|linear}}
// CHECK-NOT: strategy: strip

func.func @attention(
    %q: tensor<?x2x?x5xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x2x?x5xf32> {attn.name = "k", attn.dims = ["B", "H", "M", "D"]},
    %v: tensor<?x2x?x3xf32> {attn.name = "v", attn.dims = ["B", "H", "M", "E"]},
    %sink: tensor<2xf32> {attn.name = "sink"})
    -> (tensor<?x2x?x3xf32> {attn.name = "masked"}, tensor<?x2x?x3xf32> {attn.name = "plain"}) {
  %d = attn.score dot %q, %k scale 0.5 : tensor<?x2x?x5xf32>, tensor<?x2x?x5xf32>
  %s = attn.score dot %q, %k scale 0.25 : tensor<?x2x?x5xf32>, tensor<?x2x?x5xf32>
  %f = attn.modify %d : tensor<?x2x?x?xf32> {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %j: index):
    %r = math.absf %x : f32
    attn.yield %r : f32
  }
  %m = attn.mask %f where causal(bottom_right) and not prefix(2) : tensor<?x2x?x?xf32>
  %p = attn.normalize WEIGHTS
  %masked = attn.combine %p, %v : tensor<?x2x?x?xf32>, tensor<?x2x?x3xf32>
  %w = attn.normalize PLAIN
  %plain = attn.combine %w, %v : tensor<?x2x?x?xf32>, tensor<?x2x?x3xf32>
  return %masked, %plain : tensor<?x2x?x3xf32>, tensor<?x2x?x3xf32>
}

// What a decoded query sees and how scores become weights: rows that see no key, a formula and a mask by head and place,
// every normaliser that is streamed, the log-sum-exp, blocks and parts of keys that are hidden.
// RUN: sed 's/WEIGHTS/softmax %%m : tensor<?x6x?x?xf32>/' %s > %t.0.mlir
// RUN: attnc %t.0.mlir --bind N=0..3 --explain | FileCheck %s
// RUN: %run_compiled %t.0.mlir %t.0 --backend llvm --bind N=0..3 --sizes B=3,N=3,M=40 \
// RUN:   --sizes B=2,N=1,M=2600 --sizes B=9,N=2,M=1 --sizes B=0,N=1,M=5 --sizes B=2,N=3,M=0
// RUN: sed 's/WEIGHTS/softmax_one %%m : tensor<?x6x?x?xf32>/' %s > %t.1.mlir
// RUN: attnc %t.1.mlir --bind N=0..3 --explain | FileCheck %s
// RUN: %run_compiled %t.1.mlir %t.1 --backend llvm --bind N=0..3 --sizes B=3,N=3,M=40 \
// RUN:   --sizes B=2,N=1,M=2600 --sizes B=9,N=2,M=1 --sizes B=0,N=1,M=5 --sizes B=2,N=3,M=0
// RUN: sed 's/WEIGHTS/softmax_one %%m sink %%sink : tensor<?x6x?x?xf32>, tensor<6xf32>/' %s > %t.2.mlir
// RUN: attnc %t.2.mlir --bind N=0..3 --explain | FileCheck %s
// RUN: %run_compiled %t.2.mlir %t.2 --backend llvm --bind N=0..3 --sizes B=3,N=3,M=40 \
// RUN:   --sizes B=2,N=1,M=2600 --sizes B=9,N=2,M=1 --sizes B=0,N=1,M=5 --sizes B=2,N=3,M=0
// RUN: sed 's/WEIGHTS/sum %%m : tensor<?x6x?x?xf32>/' %s > %t.3.mlir
// RUN: attnc %t.3.mlir --bind N=0..3 --explain | FileCheck %s
// RUN: %run_compiled %t.3.mlir %t.3 --backend llvm --bind N=0..3 --sizes B=3,N=3,M=40 \
// RUN:   --sizes B=2,N=1,M=2600 --sizes B=9,N=2,M=1 --sizes B=0,N=1,M=5 --sizes B=2,N=3,M=0
// RUN: sed 's/WEIGHTS/relu_sum %%m eps 0.5 : tensor<?x6x?x?xf32>/' %s > %t.4.mlir
// RUN: attnc %t.4.mlir --bind N=0..3 --explain | FileCheck %s
// RUN: %run_compiled %t.4.mlir %t.4 --backend llvm --bind N=0..3 --sizes B=3,N=3,M=40 \
// RUN:   --sizes B=2,N=1,M=2600 --sizes B=9,N=2,M=1 --sizes B=0,N=1,M=5 --sizes B=2,N=3,M=0
// RUN: sed 's/WEIGHTS/relu_mean %%m : tensor<?x6x?x?xf32>/' %s > %t.5.mlir
// RUN: attnc %t.5.mlir --bind N=0..3 --explain | FileCheck %s
// RUN: %run_compiled %t.5.mlir %t.5 --backend llvm --bind N=0..3 --sizes B=3,N=3,M=40 \
// RUN:   --sizes B=2,N=1,M=2600 --sizes B=9,N=2,M=1 --sizes B=0,N=1,M=5 --sizes B=2,N=3,M=0
// RUN: sed 's/WEIGHTS/relu2_mean %%m : tensor<?x6x?x?xf32>/' %s > %t.6.mlir
// RUN: attnc %t.6.mlir --bind N=0..3 --explain | FileCheck %s
// RUN: %run_compiled %t.6.mlir %t.6 --backend llvm --bind N=0..3 --sizes B=3,N=3,M=40 \
// RUN:   --sizes B=2,N=1,M=2600 --sizes B=9,N=2,M=1 --sizes B=0,N=1,M=5 --sizes B=2,N=3,M=0
// RUN: sed 's/WEIGHTS/sigmoid %%m : tensor<?x6x?x?xf32>/' %s > %t.7.mlir
// RUN: attnc %t.7.mlir --bind N=0..3 --explain | FileCheck %s
// RUN: %run_compiled %t.7.mlir %t.7 --backend llvm --bind N=0..3 --sizes B=3,N=3,M=40 \
// RUN:   --sizes B=2,N=1,M=2600 --sizes B=9,N=2,M=1 --sizes B=0,N=1,M=5 --sizes B=2,N=3,M=0
// RUN: sed 's/WEIGHTS/none %%m : tensor<?x6x?x?xf32>/' %s > %t.8.mlir
// RUN: attnc %t.8.mlir --bind N=0..3 --explain | FileCheck %s
// RUN: %run_compiled %t.8.mlir %t.8 --backend llvm --bind N=0..3 --sizes B=3,N=3,M=40 \
// RUN:   --sizes B=2,N=1,M=2600 --sizes B=9,N=2,M=1 --sizes B=0,N=1,M=5 --sizes B=2,N=3,M=0
// CHECK-NOT: {{strategy: (stream|strip)}}
// CHECK-COUNT-2: strategy: decode
// CHECK-NOT: {{strategy: (stream|strip)}}

func.func @decode(
    %q: tensor<?x6x?x20xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x2x?x20xf32> {attn.name = "k", attn.dims = ["B", "G", "M", "D"]},
    %v: tensor<?x2x?x12xf32> {attn.name = "v", attn.dims = ["B", "G", "M", "E"]},
    %lengths: tensor<?xi32> {attn.name = "lengths", attn.dims = ["B"]},
    %sink: tensor<6xf32> {attn.name = "sink", attn.dims = ["H"]})
    -> (tensor<?x6x?x12xf32> {attn.name = "near"}, tensor<?x6x?x12xf32> {attn.name = "far"},
        tensor<?x6x?xf32> {attn.name = "logarithm"}) {
  %d = attn.score dot %q, %k scale 0.25 : tensor<?x6x?x20xf32>, tensor<?x2x?x20xf32>
  %f = attn.modify %d : tensor<?x6x?x?xf32> {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %j: index):
    %third = arith.constant 0.3333 : f32
    %one = arith.constant 1.0 : f32
    %t = math.tanh %x : f32
    %a = math.absf %t : f32
    %n = arith.index_cast %h : index to i32
    %head = arith.sitofp %n : i32 to f32
    %slope = arith.mulf %head, %third : f32
    %c = arith.addf %one, %slope : f32
    %r = arith.mulf %a, %c : f32
    attn.yield %r : f32
  }
  %m = attn.mask %f where (causal(bottom_right) and lengths(%lengths)) or window(2, 0, bottom_right) and predicate
      : tensor<?x6x?x?xf32>, tensor<?xi32> {
  ^bb0(%b: index, %h: index, %i: index, %j: index):
    %sum = arith.addi %h, %j : index
    %three = arith.constant 3 : index
    %rest = arith.remui %sum, %three : index
    %two = arith.constant 2 : index
    %r = arith.cmpi ult, %rest, %two : index
    attn.yield %r : i1
  }
  %p = attn.normalize WEIGHTS
  %near = attn.combine %p, %v : tensor<?x6x?x?xf32>, tensor<?x2x?x12xf32>
  %s = attn.score dot %q, %k scale 0.5 : tensor<?x6x?x20xf32>, tensor<?x2x?x20xf32>
  %hidden = attn.mask %s where causal(bottom_right) and not window(600, 0, bottom_right)
      : tensor<?x6x?x?xf32>
  %logarithm = attn.reduce_map logsumexp %hidden over keys : tensor<?x6x?x?xf32>
  %w = attn.normalize softmax %hidden : tensor<?x6x?x?xf32>
  %far = attn.combine %w, %v : tensor<?x6x?x?xf32>, tensor<?x2x?x12xf32>
  return %near, %far, %logarithm : tensor<?x6x?x12xf32>, tensor<?x6x?x12xf32>, tensor<?x6x?xf32>
}

// A strip in Halide is one call of a function in bitcode: its buffers lie on the stack, its maps in the worker's scratch,
// and the object needs nothing of a Halide runtime. Multiplies and adds become one instruction.
// RUN: attnc %s --backend=halide -march=x86-64-v3 --stop-after=lower -o - | FileCheck %s
// RUN: attnc %s --backend=halide -march=x86-64-v3 -o %t.ll
// RUN: FileCheck %s --check-prefix=IR --input-file=%t.ll
// RUN: attnc %s --backend=halide -march=x86-64-v3 -o %t.s
// RUN: FileCheck %s --check-prefix=CODE --input-file=%t.s

// CHECK-DAG: llvm.func @heads_k1_halide(
// CHECK-DAG: llvm.call @heads_k1_halide(
// CHECK-DAG: attn.bitcode "heads_k1_halide"
// IR-NOT: @halide_
// CODE: vfmadd
func.func @heads(%q: tensor<?x2x?x8xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
                 %w: tensor<2x2xf32> {attn.name = "w", attn.dims = ["H", "H"]})
    -> (tensor<?x2x?x8xf32> {attn.name = "out"}) {
  %s = attn.score dot %q, %q : tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>
  %t = attn.mask %s where prefix(5) : tensor<?x2x?x?xf32>
  %p = attn.normalize softmax %t : tensor<?x2x?x?xf32>
  %m = attn.mix_heads %p, %w : tensor<?x2x?x?xf32>, tensor<2x2xf32>
  %o = attn.combine %m, %q : tensor<?x2x?x?xf32>, tensor<?x2x?x8xf32>
  return %o : tensor<?x2x?x8xf32>
}

// Who makes the code: Halide takes kernels of maps, as strips, where it is asked; what it declines goes to llvm, with the
// reason. Without being asked, the back end llvm takes everything.
// RUN: attnc %s --backend=halide --stop-after=tile -o - | FileCheck %s
// RUN: attnc %s --backend=llvm --stop-after=tile -o - | FileCheck %s --check-prefix=LLVM
// RUN: attnc %s --stop-after=tile -o - | FileCheck %s --check-prefix=LLVM
// RUN: attnc %s --backend=halide --explain | FileCheck %s --check-prefix=EXPLAIN
// LLVM-NOT: backend = halide
// LLVM-NOT: attn.declined

// CHECK-DAG: attn.declined = "halide: only kernels of score maps are written in Halide, as strips"
// CHECK-DAG: #attn.schedule<backend = halide, strategy = strip, lanes = {{[0-9]+}}, rows = 6, cols = {{[0-9]+}}, block_rows = 24
// CHECK-DAG: #attn.schedule<backend = halide, strategy = strip, lanes = {{[0-9]+}}, rows = 6, cols = {{[0-9]+}}>
// EXPLAIN: declined by halide: only kernels of score maps are written in Halide, as strips
// EXPLAIN: by halide
func.func @model(%x: tensor<?x?x8xf32> {attn.name = "x", attn.dims = ["B", "N", "C"]})
    -> (tensor<?x?x8xf32> {attn.name = "soft"}, tensor<?x?x8xf32> {attn.name = "columns"}) {
  %w = attn.weight "w" : tensor<8x8xf32>
  %y = attn.linear %x, %w : tensor<?x?x8xf32>, tensor<8x8xf32>
  %q = attn.split_heads %y into 2 : tensor<?x?x8xf32>
  %s = attn.score dot %q, %q : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %p = attn.normalize softmax %s : tensor<?x2x?x?xf32>
  %o = attn.combine %p, %q : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>
  %soft = attn.merge_heads %o : tensor<?x2x?x4xf32>
  %r = attn.split_heads %x into 2 : tensor<?x?x8xf32>
  %t = attn.score dot %r, %r : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %z = attn.normalize softmax %t over queries : tensor<?x2x?x?xf32>
  %u = attn.combine %z, %r : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>
  %columns = attn.merge_heads %u : tensor<?x2x?x4xf32>
  return %soft, %columns : tensor<?x?x8xf32>, tensor<?x?x8xf32>
}

// What multiplies rows and weights follows from the numbers and from what the processor has.
// DEFINE: %{precision} =
// DEFINE: %{bits} =
// DEFINE: %{lower} =
// DEFINE: %{file} = %s
// DEFINE: %{code} = attn-opt %{file} --attn-fuse --attn-choose-schedules="vector-bits=%{bits} precision=%{precision}" \
// DEFINE:   --attn-assign-layouts --attn-lower-kernels="%{lower}"

// REDEFINE: %{bits} = 512
// REDEFINE: %{precision} = bf16
// REDEFINE: %{lower} = isa=avx512 extensions=avx512_vnni,avx512_bf16
// RUN: %{code} | FileCheck %s --check-prefix=BF16
// BF16: llvm.x86.avx512bf16.dpbf16ps.512
// BF16-NOT: vpdpbusd

// negative: the processor has only the products of int8. Weights are widened by a shift or a mask.
// REDEFINE: %{lower} = isa=avx512 extensions=avx512_vnni
// RUN: %{code} | FileCheck %s --check-prefix=WIDENED
// WIDENED-NOT: llvm.x86
// WIDENED: arith.shli {{.*}} : vector<16xi32>
// WIDENED: arith.andi {{.*}} : vector<16xi32>
// WIDENED: math.fma
// WIDENED-NOT: llvm.x86

// REDEFINE: %{precision} = int8
// RUN: %{code} | FileCheck %s --check-prefix=BYTES
// BYTES: llvm.x86.avx512.vpdpbusd.512
// BYTES-NOT: {{pmadd|dpbf16}}

// Rows of 8 are rotated in groups of 4, before the largest number is known.
// RUN: %{code} | FileCheck %s --check-prefix=ROTATED
// ROTATED: vector.shuffle {{.*}} [1, 0, 3, 2, 5, 4,
// ROTATED: vector.shuffle {{.*}} [2, 3, 0, 1, 6, 7,
// ROTATED-NOT: vector.shuffle {{.*}} [4, 5, 6, 7,
// ROTATED: vector.reduction <maxsi>

// negative: rows of 6 are not.
// RUN: sed s/8x/6x/g %s > %t.six.mlir
// REDEFINE: %{file} = %t.six.mlir
// RUN: %{code} | FileCheck %s --check-prefix=UNROTATED
// UNROTATED-NOT: vector.shuffle
// UNROTATED: vector.reduction <maxsi>
// UNROTATED-NOT: vector.shuffle
// REDEFINE: %{file} = %s

// negative: it has only those of bf16.
// REDEFINE: %{lower} = isa=avx512 extensions=avx512_bf16
// RUN: %{code} | FileCheck %s --check-prefix=PAIRS
// PAIRS-NOT: {{vpdpbusd|dpbf16}}
// PAIRS: llvm.x86.avx512.pmaddw.d.512
// PAIRS-NOT: {{vpdpbusd|dpbf16}}

// A vector of two registers: LLVM does not split the instruction.
// REDEFINE: %{lower} = isa=avx2
// RUN: %{code} | FileCheck %s --check-prefix=SPLIT
// SPLIT-NOT: avx512
// SPLIT-COUNT-2: llvm.x86.avx2.pmadd.wd
// SPLIT-NOT: avx512

// REDEFINE: %{bits} = 128
// REDEFINE: %{lower} = isa=generic
// RUN: %{code} | FileCheck %s --check-prefix=SSE
// SSE: llvm.x86.sse2.pmadd.wd

// negative: f32 is multiplied as it is, whatever there is.
// REDEFINE: %{bits} = 512
// REDEFINE: %{precision} = f32
// REDEFINE: %{lower} = isa=avx512 extensions=avx512_vnni,avx512_bf16
// RUN: %{code} | FileCheck %s --check-prefix=OWN
// OWN-NOT: llvm.x86
// OWN: math.fma
// OWN-NOT: llvm.x86
func.func @model(%x: tensor<?x8xf32> {attn.dims = ["N", "C"]}) -> tensor<?x8xf32> {
  %w = attn.weight "w" : tensor<8x8xf32>
  %y = attn.linear %x, %w : tensor<?x8xf32>, tensor<8x8xf32>
  return %y : tensor<?x8xf32>
}

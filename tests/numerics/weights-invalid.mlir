// Weights that are missing, misspelt, of another shape, or sliced out of range.
// RUN: split-file %s %t
// RUN: not attn-run %t/name.mlir --reference --input x=zeros:[1,12] 2>&1 | FileCheck %s --check-prefix=NO-FILE
// RUN: not attn-run %t/name.mlir --reference --input x=zeros:[1,12] \
// RUN:   --weights=%S/data/encoder_block-post/weights.safetensors 2>&1 | FileCheck %s --check-prefix=NAME
// RUN: not attn-run %t/shape.mlir --reference --input x=zeros:[1,12] \
// RUN:   --weights=%S/data/encoder_block-post/weights.safetensors 2>&1 | FileCheck %s --check-prefix=SHAPE
// RUN: not attn-run %t/type.mlir --reference --input x=zeros:[1,12] \
// RUN:   --weights=%S/data/encoder_block-post/weights.safetensors 2>&1 | FileCheck %s --check-prefix=TYPE
// RUN: not attn-run %t/slice.mlir --reference --input x=zeros:[1,12] \
// RUN:   --weights=%S/data/encoder_block-post/weights.safetensors 2>&1 | FileCheck %s --check-prefix=SLICE
// RUN: not attn-run %t/name.mlir --reference --input x=zeros:[1,12] --weights=%t/none.safetensors 2>&1 \
// RUN:   | FileCheck %s --check-prefix=NO-SUCH-FILE

// NO-FILE: 'attn.weight' op weight "ffn.b3" is needed; give the file with --weights=FILE.safetensors
// NAME: 'attn.weight' op weight "ffn.b3" is not in {{.*}}weights.safetensors; did you mean "ffn.b{{[12]}}"?
// SHAPE: weight "ffn.b1" is F32 [20] in {{.*}}weights.safetensors, the model has [12]
// TYPE: weight "ffn.b2" is F32 [12] in {{.*}}weights.safetensors, the model has another element type
// SLICE: weight "att.Wq" is F32 [12,12] in {{.*}}weights.safetensors, the model takes a slice at [12]
// NO-SUCH-FILE: none.safetensors

//--- name.mlir
func.func @model(%x: tensor<?x12xf32> {attn.name = "x"}) -> tensor<?x12xf32> {
  %w = attn.weight "ffn.b3" : tensor<12xf32>
  %y = attn.add %x, %w : tensor<?x12xf32>, tensor<12xf32>
  return %y : tensor<?x12xf32>
}
//--- shape.mlir
func.func @model(%x: tensor<?x12xf32> {attn.name = "x"}) -> tensor<?x12xf32> {
  %w = attn.weight "ffn.b1" : tensor<12xf32>
  %y = attn.add %x, %w : tensor<?x12xf32>, tensor<12xf32>
  return %y : tensor<?x12xf32>
}
//--- type.mlir
func.func @model(%x: tensor<?x12xf16> {attn.name = "x"}) -> tensor<?x12xf16> {
  %w = attn.weight "ffn.b2" : tensor<12xf16>
  %y = attn.add %x, %w : tensor<?x12xf16>, tensor<12xf16>
  return %y : tensor<?x12xf16>
}
//--- slice.mlir
func.func @model(%x: tensor<?x12xf32> {attn.name = "x"}) -> tensor<?x12xf32> {
  %w = attn.weight "att.Wq"[12] : tensor<12xf32>
  %y = attn.add %x, %w : tensor<?x12xf32>, tensor<12xf32>
  return %y : tensor<?x12xf32>
}

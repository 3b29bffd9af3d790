// Depths of query, key and value that no vector divides, narrower and wider than a register; key heads shared or not.
// RUN: sed 's/HEADS/2/g; s/SHARED/1/g; s/DEPTH/1/g; s/WIDTH/3/g' %s > %t.1.mlir
// RUN: %run_compiled %t.1.mlir %t --sizes B=2,N=7,M=13 --sizes B=1,N=1,M=65
// RUN: sed 's/HEADS/6/g; s/SHARED/3/g; s/DEPTH/3/g; s/WIDTH/7/g' %s > %t.3.mlir
// RUN: %run_compiled %t.3.mlir %t --sizes B=2,N=5,M=17 --sizes B=1,N=64,M=2
// RUN: sed 's/HEADS/4/g; s/SHARED/4/g; s/DEPTH/7/g; s/WIDTH/8/g' %s > %t.7.mlir
// RUN: %run_compiled %t.7.mlir %t --sizes B=2,N=6,M=63 --sizes B=1,N=13,M=514
// RUN: sed 's/HEADS/1/g; s/SHARED/1/g; s/DEPTH/33/g; s/WIDTH/33/g' %s > %t.33.mlir
// RUN: %run_compiled %t.33.mlir %t --sizes B=2,N=17,M=64 --sizes B=1,N=2,M=100
// RUN: sed 's/HEADS/8/g; s/SHARED/2/g; s/DEPTH/64/g; s/WIDTH/64/g' %s > %t.64.mlir
// RUN: %run_compiled %t.64.mlir %t --sizes B=2,N=65,M=65 --sizes B=1,N=1,M=1100
// RUN: sed 's/HEADS/2/g; s/SHARED/2/g; s/DEPTH/100/g; s/WIDTH/1/g' %s > %t.100.mlir
// RUN: %run_compiled %t.100.mlir %t --sizes B=2,N=7,M=5 --sizes B=1,N=63,M=7

func.func @attention(
    %q: tensor<?xHEADSx?xDEPTHxf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?xSHAREDx?xDEPTHxf32> {attn.name = "k", attn.dims = ["B", "Hk", "M", "D"]},
    %v: tensor<?xSHAREDx?xWIDTHxf32> {attn.name = "v", attn.dims = ["B", "Hk", "M", "E"]})
    -> (tensor<?xHEADSx?xWIDTHxf32> {attn.name = "out"}) {
  %out = attn.attention %q, %k, %v scale 0.25
      : tensor<?xHEADSx?xDEPTHxf32>, tensor<?xSHAREDx?xDEPTHxf32>, tensor<?xSHAREDx?xWIDTHxf32>
  return %out : tensor<?xHEADSx?xWIDTHxf32>
}

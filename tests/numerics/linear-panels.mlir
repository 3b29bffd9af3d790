// Keys and values that linears write into panels: heads of whole vectors and of parts of them, tokens of a tile that cross a
// panel or a sample.
// RUN: sed 's/DEPTH/16/g; s/BOTH/32/g' %s > %t.16.mlir
// RUN: %run_compiled %t.16.mlir %t --weights=random:1 --sizes B=1,N=1 --sizes B=3,N=67 --sizes B=5,N=5 --sizes B=1,N=200 --sizes B=40,N=3
// RUN: sed 's/DEPTH/32/g; s/BOTH/64/g' %s > %t.32.mlir
// RUN: %run_compiled %t.32.mlir %t --weights=random:2 --sizes B=2,N=66 --sizes B=7,N=11 --sizes B=0,N=4 --sizes B=2,N=0
// RUN: sed 's/DEPTH/12/g; s/BOTH/24/g' %s > %t.12.mlir
// RUN: %run_compiled %t.12.mlir %t --weights=random:3 --sizes B=3,N=67 --sizes B=9,N=7
// RUN: sed 's/DEPTH/80/g; s/BOTH/160/g' %s > %t.80.mlir
// RUN: %run_compiled %t.80.mlir %t --weights=random:4 --sizes B=3,N=67 --sizes B=9,N=7

func.func @panels(%x: tensor<?x?x20xf32> {attn.name = "x", attn.dims = ["B", "N", "C"]})
    -> (tensor<?x?xBOTHxf32> {attn.name = "out"}) {
  %wq = attn.weight "q" : tensor<BOTHx20xf32>
  %wk = attn.weight "k" : tensor<BOTHx20xf32>
  %wv = attn.weight "v" : tensor<BOTHx20xf32>
  %qs = attn.linear %x, %wq : tensor<?x?x20xf32>, tensor<BOTHx20xf32>
  %ks = attn.linear %x, %wk : tensor<?x?x20xf32>, tensor<BOTHx20xf32>
  %vs = attn.linear %x, %wv : tensor<?x?x20xf32>, tensor<BOTHx20xf32>
  %q = attn.split_heads %qs into 2 : tensor<?x?xBOTHxf32>
  %k = attn.split_heads %ks into 2 : tensor<?x?xBOTHxf32>
  %v = attn.split_heads %vs into 2 : tensor<?x?xBOTHxf32>
  %a = attn.attention %q, %k, %v scale 0.25 : tensor<?x2x?xDEPTHxf32>, tensor<?x2x?xDEPTHxf32>, tensor<?x2x?xDEPTHxf32>
  %out = attn.merge_heads %a : tensor<?x2x?xDEPTHxf32>
  return %out : tensor<?x?xBOTHxf32>
}

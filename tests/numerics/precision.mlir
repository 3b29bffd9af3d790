// Linears that multiply bf16 or int8, with all that can follow them in a kernel: bias, gelu, a residual, normalisations,
// keys and values written as panels. 97 inputs end inside an element of the weights; samples of one token and many rows
// of one sample take the two ways through a dense kernel.
// RUN: %run_compiled %s %t --precision=bf16 --precision=int8 --weights=random:1 --sizes B=1,S=1 --sizes B=1,S=5 \
// RUN:   --sizes B=2,S=3 --sizes B=1,S=7 --sizes B=2,S=100

func.func @precision(%x: tensor<?x?x97xf32> {attn.name = "x", attn.dims = ["B", "S", "C"]})
    -> (tensor<?x?x97xf32> {attn.name = "out"}, tensor<?x?x48xf32> {attn.name = "values"}) {
  %wq = attn.weight "q" : tensor<48x97xf32>
  %wk = attn.weight "k" : tensor<48x97xf32>
  %wv = attn.weight "v" : tensor<48x97xf32>
  %bv = attn.weight "v.bias" : tensor<48xf32>
  %wo = attn.weight "o" : tensor<97x48xf32>
  %bo = attn.weight "o.bias" : tensor<97xf32>
  %wi = attn.weight "in" : tensor<100x97xf32>
  %bi = attn.weight "in.bias" : tensor<100xf32>
  %wf = attn.weight "out" : tensor<97x100xf32>
  %gamma = attn.weight "gamma" : tensor<97xf32>
  %beta = attn.weight "beta" : tensor<97xf32>

  %qp = attn.linear %x, %wq : tensor<?x?x97xf32>, tensor<48x97xf32>
  %kp = attn.linear %x, %wk : tensor<?x?x97xf32>, tensor<48x97xf32>
  %vp = attn.linear %x, %wv, %bv : tensor<?x?x97xf32>, tensor<48x97xf32>, tensor<48xf32>
  %q = attn.split_heads %qp into 3 : tensor<?x?x48xf32>
  %k = attn.split_heads %kp into 3 : tensor<?x?x48xf32>
  %v = attn.split_heads %vp into 3 : tensor<?x?x48xf32>
  %a = attn.attention %q, %k, %v scale 0.25 : tensor<?x3x?x16xf32>, tensor<?x3x?x16xf32>, tensor<?x3x?x16xf32>
  %m = attn.merge_heads %a : tensor<?x3x?x16xf32>
  %o = attn.linear %m, %wo, %bo : tensor<?x?x48xf32>, tensor<97x48xf32>, tensor<97xf32>
  %r = attn.add %x, %o : tensor<?x?x97xf32>, tensor<?x?x97xf32>
  %n = attn.layer_norm %r, %gamma, %beta eps 1.0e-5 : tensor<?x?x97xf32>, tensor<97xf32>, tensor<97xf32>

  %i = attn.linear %n, %wi, %bi : tensor<?x?x97xf32>, tensor<100x97xf32>, tensor<100xf32>
  %g = attn.activation gelu %i : tensor<?x?x100xf32>
  %f = attn.linear %g, %wf : tensor<?x?x100xf32>, tensor<97x100xf32>
  %s = attn.add %f, %n : tensor<?x?x97xf32>, tensor<?x?x97xf32>
  %out = attn.rms_norm %s, %gamma eps 1.0e-5 : tensor<?x?x97xf32>, tensor<97xf32>
  return %out, %vp : tensor<?x?x97xf32>, tensor<?x?x48xf32>
}

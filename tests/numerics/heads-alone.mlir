// Heads split and merged where no attention takes them along: a normalisation of each head's query (Henry et al. 2020), an output
// both by heads and merged, and a formula on split rows. Widths of a head that fill no vector, one, and several.
// RUN: %run_compiled %s %t --sizes B=2,N=7 --sizes B=1,N=1 --sizes B=3,N=33 --sizes B=0,N=4

func.func @heads(
    %x: tensor<?x?x30xf32> {attn.name = "x", attn.dims = ["B", "N", "C"]},
    %y: tensor<?x?x64xf32> {attn.name = "y", attn.dims = ["B", "N", "W"]})
    -> (tensor<?x6x?x5xf32> {attn.name = "by_head"}, tensor<?x?x30xf32> {attn.name = "merged"},
        tensor<?x2x?x32xf32> {attn.name = "wide"}, tensor<?x?x64xf32> {attn.name = "back"}) {
  %q = attn.split_heads %x into 6 : tensor<?x?x30xf32>
  %unit = attn.l2_normalize %q eps 1.0e-6 : tensor<?x6x?x5xf32>
  %heads = attn.attention %unit, %q, %q scale 4.0 : tensor<?x6x?x5xf32>, tensor<?x6x?x5xf32>, tensor<?x6x?x5xf32>
  %merged = attn.merge_heads %heads : tensor<?x6x?x5xf32>
  %s = attn.split_heads %y into 2 : tensor<?x?x64xf32>
  %wide = attn.activation silu %s : tensor<?x2x?x32xf32>
  %m = attn.merge_heads %wide : tensor<?x2x?x32xf32>
  %back = attn.add %m, %y : tensor<?x?x64xf32>, tensor<?x?x64xf32>
  return %heads, %merged, %wide, %back
      : tensor<?x6x?x5xf32>, tensor<?x?x30xf32>, tensor<?x2x?x32xf32>, tensor<?x?x64xf32>
}

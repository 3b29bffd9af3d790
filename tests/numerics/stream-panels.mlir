// Keys and values in rows, of which workers make panels: of a whole head, and of a block of keys where a head has more
// than there is room for (2048 of so wide ones in f32, 1024 in f64). Heads share keys in twos.
// RUN: %run_compiled %s %t --sizes B=2,N=13,M=70 --sizes B=1,N=7,M=2090 --sizes B=1,N=1,M=2049 --backend llvm
// RUN: %run_compiled %s %t --sizes B=1,N=8,M=1030 --backend llvm --precision f64 --march x86-64-v3

func.func @panels(%q: tensor<?x?x2048xf32> {attn.name = "q", attn.dims = ["B", "N", "C"]},
                  %k: tensor<?x?x1024xf32> {attn.name = "k", attn.dims = ["B", "M", "E"]},
                  %v: tensor<?x?x1024xf32> {attn.name = "v", attn.dims = ["B", "M", "E"]})
    -> (tensor<?x?x2048xf32> {attn.name = "out"}) {
  %query = attn.split_heads %q into 2 : tensor<?x?x2048xf32>
  %key = attn.split_heads %k into 1 : tensor<?x?x1024xf32>
  %value = attn.split_heads %v into 1 : tensor<?x?x1024xf32>
  %o = attn.attention %query, %key, %value scale 0.03125 where causal(bottom_right)
      : tensor<?x2x?x1024xf32>, tensor<?x1x?x1024xf32>, tensor<?x1x?x1024xf32>
  %out = attn.merge_heads %o : tensor<?x2x?x1024xf32>
  return %out : tensor<?x?x2048xf32>
}

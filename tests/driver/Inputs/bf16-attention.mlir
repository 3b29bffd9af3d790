func.func @attention(%q: tensor<?x2x?x8xbf16> {attn.dims = ["B", "H", "N", "D"]},
                     %k: tensor<?x2x?x8xbf16> {attn.dims = ["B", "H", "M", "D"]},
                     %v: tensor<?x2x?x8xbf16> {attn.dims = ["B", "H", "M", "D"]}) -> tensor<?x2x?x8xbf16> {
  %o = attn.attention %q, %k, %v scale 0.5 : tensor<?x2x?x8xbf16>, tensor<?x2x?x8xbf16>, tensor<?x2x?x8xbf16>
  return %o : tensor<?x2x?x8xbf16>
}

// Windows, prefixes and numbers of tokens far beyond every key: sums with them do not wrap.
// RUN: %run_compiled %s %t --sizes B=1,N=7,M=13 --sizes B=2,N=40,M=7 --sizes B=1,N=3,M=600

func.func @attention(
    %q: tensor<?x1x?x8xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x1x?x8xf32> {attn.name = "k", attn.dims = ["B", "H", "M", "D"]})
    -> (tensor<?x1x?x8xf32> {attn.name = "a"}, tensor<?x1x?x8xf32> {attn.name = "b"}) {
  %a = attn.attention %q, %k, %k scale 0.3
      where window(9223372036854775807, 3000000000, top_left, 3) and not window(4294967295, 0, bottom_right)
      : tensor<?x1x?x8xf32>, tensor<?x1x?x8xf32>, tensor<?x1x?x8xf32>
  %b = attn.attention %q, %k, %k scale 0.3
      where prefix(9223372036854775807) and not prefix(2) and window(2147483648, 2147483647, bottom_right)
      and blocks(2147483647) and (global(2147483647) or fixed(2147483647, 5)) or window(0, 0, top_left, 2147483647)
      : tensor<?x1x?x8xf32>, tensor<?x1x?x8xf32>, tensor<?x1x?x8xf32>
  return %a, %b : tensor<?x1x?x8xf32>, tensor<?x1x?x8xf32>
}

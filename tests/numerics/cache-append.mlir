// Rows behind those that caches have, of which some lie beyond the end; caches of heads, of rows and of tokens.
// RUN: %run_compiled %s %t --sizes B=2,M=7,N=3 --sizes B=1,M=200,N=1 --sizes B=3,M=65,N=90 --sizes B=0,M=3,N=1 \
// RUN:   --sizes B=2,M=0,N=2 --sizes B=2,M=4,N=0 --sizes B=1,M=2000,N=2 \
// RUN:   --integers tokens=-9..9 --integers token=10..20

func.func @append(%cache: tensor<?x2x?x19xf32> {attn.name = "cache", attn.dims = ["B", "H", "M", "D"]},
                  %rows: tensor<?x2x?x19xf32> {attn.name = "rows", attn.dims = ["B", "H", "N", "D"]},
                  %past: tensor<?x?x8xf32> {attn.name = "past", attn.dims = ["B", "M", "C"]},
                  %new: tensor<?x?x8xf32> {attn.name = "new", attn.dims = ["B", "N", "C"]},
                  %tokens: tensor<?x?x1xi32> {attn.name = "tokens", attn.dims = ["B", "M", "one"]},
                  %token: tensor<?x?x1xi32> {attn.name = "token", attn.dims = ["B", "N", "one"]},
                  %at: tensor<?xi32> {attn.name = "at", attn.dims = ["B"]})
    -> (tensor<?x2x?x19xf32> {attn.name = "longer"}, tensor<?x?x8xf32> {attn.name = "later"}, tensor<?x?x1xi32> {attn.name = "all"}) {
  %longer = attn.cache_append %cache, %rows at %at : tensor<?x2x?x19xf32>, tensor<?x2x?x19xf32>, tensor<?xi32>
  %later = attn.cache_append %past, %new at %at : tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?xi32>
  %all = attn.cache_append %tokens, %token at %at : tensor<?x?x1xi32>, tensor<?x?x1xi32>, tensor<?xi32>
  return %longer, %later, %all : tensor<?x2x?x19xf32>, tensor<?x?x8xf32>, tensor<?x?x1xi32>
}

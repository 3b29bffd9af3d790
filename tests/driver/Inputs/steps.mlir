// Adds up the rows of a table that tokens name; what is largest comes next.
func.func @steps(%tokens: tensor<?x1xi32> {attn.name = "tokens", attn.dims = ["B", "one"]},
                 %table: tensor<5x5xf32> {attn.name = "past", attn.state = "table"},
                 %h: tensor<?x1x5xf32> {attn.name = "h", attn.dims = ["B", "one", "C"], attn.state = "sum"})
    -> (tensor<?x1x5xf32> {attn.name = "logits"}, tensor<5x5xf32> {attn.name = "table", attn.state = "table"},
        tensor<?x1x5xf32> {attn.name = "next", attn.state = "sum"}) {
  %x = attn.embed %table, %tokens : tensor<5x5xf32>, tensor<?x1xi32>
  %next = attn.add %h, %x : tensor<?x1x5xf32>, tensor<?x1x5xf32>
  %logits = attn.activation relu %next : tensor<?x1x5xf32>
  return %logits, %table, %next : tensor<?x1x5xf32>, tensor<5x5xf32>, tensor<?x1x5xf32>
}

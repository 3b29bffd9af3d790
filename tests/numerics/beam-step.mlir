// One step in a large vocabulary, from any state: samples that have stopped, hypotheses that are missing, logits that are
// infinite or no numbers, steps that are none.
// DEFINE: %{run} = %run_compiled %s %t --integers tokens=0..5002 --integers stored=0..5002 --input alive=full:1:[3]
// RUN: %{run} --sizes T=9 --input step=full:3:[1]
// RUN: %{run} --sizes T=1 --input step=full:0:[1]
// RUN: %{run} --sizes T=4 --input step=full:4:[1]
// RUN: %{run} --sizes T=4 --input step=full:-1:[1]
// RUN: %{run} --sizes T=0 --input step=full:0:[1]
// RUN: %{run} --sizes T=9 --input step=full:8:[1] --input sums=full:-inf:[3,4]
// RUN: %{run} --sizes T=9 --input step=full:8:[1] --input scores=full:-inf:[3,4]
// RUN: %{run} --sizes T=9 --input step=full:8:[1] --input scores=full:nan:[3,4] --input sums=full:nan:[3,4]
// RUN: %{run} --sizes T=9 --input step=full:2:[1] --rows logits=3,0=nan,1=inf,2=-inf,4.17=nan,5.99=inf,6.5=-inf
// RUN: %run_compiled %s %t --integers tokens=0..5002 --integers stored=0..5002 --integers alive=0..1 --sizes T=9 --input step=full:3:[1]
// RUN: %{run} --sizes T=9 --input step=full:3:[1] --precision f64

func.func @step(%logits: tensor<12x5003xf32> {attn.name = "logits"},
                %tokens: tensor<3x4x?xi32> {attn.name = "tokens", attn.dims = ["B", "K", "T"]}, %sums: tensor<3x4xf32> {attn.name = "sums"},
                %stored: tensor<3x4x?xi32> {attn.name = "stored", attn.dims = ["B", "K", "T"]}, %scores: tensor<3x4xf32> {attn.name = "scores"},
                %alive: tensor<3xi32> {attn.name = "alive"}, %step: tensor<1xi32> {attn.name = "step"})
    -> (tensor<3x4x?xi32> {attn.name = "live"}, tensor<3x4xf32> {attn.name = "live_sums"}, tensor<3x4x?xi32> {attn.name = "done"},
        tensor<3x4xf32> {attn.name = "done_scores"}, tensor<3xi32> {attn.name = "goes_on"}, tensor<12xi32> {attn.name = "rows"},
        tensor<12xi32> {attn.name = "last"}, tensor<3x4x?xi32> {attn.name = "found"}, tensor<3x4xf32> {attn.name = "found_scores"}) {
  %y:7 = attn.beam_step %logits live %tokens, %sums stored %stored, %scores alive %alive step %step end 17 alpha 0.7
      : tensor<12x5003xf32>, tensor<3x4x?xi32>, tensor<3x4xf32>, tensor<3x4x?xi32>, tensor<3x4xf32>, tensor<3xi32>, tensor<1xi32>
  %found:2 = attn.beam_finish live %tokens, %sums stored %stored, %scores alive %alive length %step alpha 0.7
      : tensor<3x4x?xi32>, tensor<3x4xf32>, tensor<3x4x?xi32>, tensor<3x4xf32>, tensor<3xi32>, tensor<1xi32>
  return %y#0, %y#1, %y#2, %y#3, %y#4, %y#5, %y#6, %found#0, %found#1
      : tensor<3x4x?xi32>, tensor<3x4xf32>, tensor<3x4x?xi32>, tensor<3x4xf32>, tensor<3xi32>, tensor<12xi32>, tensor<12xi32>,
        tensor<3x4x?xi32>, tensor<3x4xf32>
}

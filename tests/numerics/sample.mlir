// Draws are those of their definition, for each seed and step; ties, no numbers and infinities among the logits.
// RUN: cd %S/data/sample-draws && attn-run %s --reference --rtol 0 --atol 0 \
// RUN:   --input logits=logits.npy --input seed=seed.npy --input step=step.npy --expect all=expected_all.npy \
// RUN:   --expect five=expected_five.npy --expect nucleus=expected_nucleus.npy --expect both=expected_both.npy --expect greedy=expected_greedy.npy
// RUN: %run_compiled %s %t --sizes B=64 --input logits=%S/data/sample-draws/logits.npy --input seed=%S/data/sample-draws/seed.npy \
// RUN:   --input step=%S/data/sample-draws/step.npy
// RUN: %run_compiled %s %t --sizes B=1 --sizes B=0 --sizes B=300 --integers seed=-2147483648..2147483647 --integers step=-3..1000
// Weights are f64 in every precision: the same draws.
// RUN: %run_compiled %s %t --precision f64 --sizes B=70 --integers seed=0..9 --integers step=0..1000

func.func @sample(%logits: tensor<?x41xf32> {attn.name = "logits", attn.dims = ["B", "V"]},
                  %seed: tensor<?xi32> {attn.name = "seed", attn.dims = ["B"]},
                  %step: tensor<?xi32> {attn.name = "step", attn.dims = ["B"]})
    -> (tensor<?xi32> {attn.name = "all"}, tensor<?xi32> {attn.name = "five"}, tensor<?xi32> {attn.name = "nucleus"},
        tensor<?xi32> {attn.name = "both"}, tensor<?xi32> {attn.name = "greedy"}) {
  %all = attn.sample %logits seed %seed step %step temperature 1.5 top_k 0 top_p 1.0 : tensor<?x41xf32>, tensor<?xi32>, tensor<?xi32>
  %five = attn.sample %logits seed %seed step %step temperature 0.8 top_k 5 top_p 1.0 : tensor<?x41xf32>, tensor<?xi32>, tensor<?xi32>
  %nucleus = attn.sample %logits seed %seed step %step temperature 1.0 top_k 0 top_p 0.75 : tensor<?x41xf32>, tensor<?xi32>, tensor<?xi32>
  %both = attn.sample %logits seed %seed step %step temperature 2.0 top_k 9 top_p 0.5 : tensor<?x41xf32>, tensor<?xi32>, tensor<?xi32>
  %greedy = attn.sample %logits seed %seed step %step temperature 0.0 top_k 3 top_p 0.5 : tensor<?x41xf32>, tensor<?xi32>, tensor<?xi32>
  return %all, %five, %nucleus, %both, %greedy : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>, tensor<?xi32>, tensor<?xi32>
}

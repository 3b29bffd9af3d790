// One step of a pointer-generator with coverage (See, Liu and Manning 2017): the next word is one of a vocabulary of 5000, or copied
// from the text. A text has N words, of which 50 different ones at most are not in the vocabulary: their ids go on from 5000. The
// encoder's annotations have 512 numbers, the decoder's state 256, the word before 128. B texts, shorter ones padded.
func.func @next_word(
    %annotations: tensor<?x?x512xf32> {attn.name = "annotations", attn.dims = ["B", "N", "E"]},
    %ids: tensor<?x?xi32> {attn.name = "ids", attn.dims = ["B", "N"]},
    %lengths: tensor<?xi32> {attn.name = "lengths", attn.dims = ["B"]},
    %coverage: tensor<?x1x1x?xf32> {attn.name = "coverage", attn.dims = ["B", "H", "I", "N"]},
    %state: tensor<?x256xf32> {attn.name = "state", attn.dims = ["B", "S"]},
    %word: tensor<?x128xf32> {attn.name = "word", attn.dims = ["B", "X"]})
    -> (tensor<?x5050xf32> {attn.name = "distribution"}, tensor<?x1xf32> {attn.name = "gate"},
        tensor<?x1x1x?xf32> {attn.name = "covered"}) {
  // Where it looks: additive scores of the state and each annotation, and of how much that was looked at before.
  %w = attn.weight "attention.state.weight" : tensor<512x256xf32>
  %u = attn.weight "attention.annotation.weight" : tensor<512x512xf32>
  %b = attn.weight "attention.annotation.bias" : tensor<512xf32>
  %by_coverage = attn.weight "attention.coverage" : tensor<512xf32>
  %v = attn.weight "attention.scores" : tensor<512xf32>
  %asks = attn.linear %state, %w : tensor<?x256xf32>, tensor<512x256xf32>
  %query = attn.rearrange %asks sizes affine_map<(b, a) -> (b, 1, 1, a)> from affine_map<(b, h, i, a) -> (b, a)> : tensor<?x512xf32>
  %answers = attn.linear %annotations, %u, %b : tensor<?x?x512xf32>, tensor<512x512xf32>, tensor<512xf32>
  %aware = attn.pointwise %answers, %by_coverage indexed captures(%coverage)
      : tensor<?x?x512xf32>, tensor<512xf32>, tensor<?x1x1x?xf32> {
  ^bb0(%x: f32, %weight: f32, %sample: index, %n: index, %a: index, %before: tensor<?x1x1x?xf32>):
    %zero = arith.constant 0 : index
    %c = tensor.extract %before[%sample, %zero, %zero, %n] : tensor<?x1x1x?xf32>
    %part = arith.mulf %c, %weight : f32
    %y = arith.addf %x, %part : f32
    attn.yield %y : f32
  }
  %key = attn.split_heads %aware into 1 : tensor<?x?x512xf32>
  %value = attn.split_heads %annotations into 1 : tensor<?x?x512xf32>
  %scores = attn.score additive %query, %key with %v : tensor<?x1x1x512xf32>, tensor<?x1x?x512xf32>, tensor<512xf32>
  %real = attn.mask %scores where lengths(%lengths) : tensor<?x1x1x?xf32>, tensor<?xi32>
  %map = attn.normalize softmax %real : tensor<?x1x1x?xf32>
  %seen = attn.combine %map, %value : tensor<?x1x1x?xf32>, tensor<?x1x?x512xf32>
  %context = attn.rearrange %seen sizes affine_map<(b, h, i, e) -> (b, e)> from affine_map<(b, e) -> (b, 0, 0, e)> : tensor<?x1x1x512xf32>
  %looked = attn.fill %map value 0.0 : tensor<?x1x1x?xf32>  // padding too has a number: none
  %covered = attn.add %coverage, %looked : tensor<?x1x1x?xf32>, tensor<?x1x1x?xf32>

  // How much it says on its own.
  %state_context = attn.concat %state, %context : tensor<?x256xf32>, tensor<?x512xf32>
  %all = attn.concat %state_context, %word : tensor<?x768xf32>, tensor<?x128xf32>
  %gate_w = attn.weight "gate.weight" : tensor<1x896xf32>
  %gate_b = attn.weight "gate.bias" : tensor<1xf32>
  %gate_sum = attn.linear %all, %gate_w, %gate_b : tensor<?x896xf32>, tensor<1x896xf32>, tensor<1xf32>
  %gate = attn.activation sigmoid %gate_sum : tensor<?x1xf32>

  // What it says on its own: nothing beyond the vocabulary.
  %hidden_w = attn.weight "hidden.weight" : tensor<256x768xf32>
  %hidden_b = attn.weight "hidden.bias" : tensor<256xf32>
  %words_w = attn.weight "words.weight" : tensor<5000x256xf32>
  %words_b = attn.weight "words.bias" : tensor<5000xf32>
  %hidden = attn.linear %state_context, %hidden_w, %hidden_b : tensor<?x768xf32>, tensor<256x768xf32>, tensor<256xf32>
  %logits = attn.linear %hidden, %words_w, %words_b : tensor<?x256xf32>, tensor<5000x256xf32>, tensor<5000xf32>
  %row = attn.rearrange %logits sizes affine_map<(b, v) -> (b, 1, 1, v)> from affine_map<(b, h, i, v) -> (b, v)> : tensor<?x5000xf32>
  %chances = attn.normalize softmax %row : tensor<?x1x1x5000xf32>
  %wider = attn.rearrange %chances sizes affine_map<(b, h, i, v) -> (b, 5050)> from affine_map<(b, v) -> (b, 0, 0, v)>
      : tensor<?x1x1x5000xf32>
  %own = attn.pointwise %wider, %gate : tensor<?x5050xf32>, tensor<?x1xf32> {
  ^bb0(%p: f32, %g: f32):
    %y = arith.mulf %p, %g : f32
    attn.yield %y : f32
  }

  // The rest goes to the words of the text, as much as it looks at each: a word that stands there twice gets both.
  %copied = attn.pointwise %ids indexed captures(%map, %gate) to f32 : tensor<?x?xi32>, tensor<?x1x1x?xf32>, tensor<?x1xf32> {
  ^bb0(%id: i32, %sample: index, %n: index, %weights: tensor<?x1x1x?xf32>, %gates: tensor<?x1xf32>):
    %zero = arith.constant 0 : index
    %one = arith.constant 1.0 : f32
    %p = tensor.extract %weights[%sample, %zero, %zero, %n] : tensor<?x1x1x?xf32>
    %g = tensor.extract %gates[%sample, %zero] : tensor<?x1xf32>
    %rest = arith.subf %one, %g : f32
    %y = arith.mulf %p, %rest : f32
    attn.yield %y : f32
  }
  %distribution = attn.scatter_add %own, %ids, %copied : tensor<?x5050xf32>, tensor<?x?xi32>, tensor<?x?xf32>
  return %distribution, %gate, %covered : tensor<?x5050xf32>, tensor<?x1xf32>, tensor<?x1x1x?xf32>
}

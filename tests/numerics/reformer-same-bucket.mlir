// Reformer (Kitaev et al. 2020), tokens of one bucket, without padding: each round's list of tokens, sorted by bucket, is cut into chunks of four that see
// themselves and the chunk before, in the ring of all rounds. A token sees itself only where it sees no other: its score with
// itself is -1e5, so that keys that are hidden, at whatever score, would weigh nothing against it.
// RUN: cd %S/data/lsh_attention-padding_same_bucket && attn-run %s --reference --rtol 1e-6 --atol 1e-6 --input qk=qk.npy --input v=v.npy \
// RUN:   --input buckets=buckets.npy --input gamma=full:0.5:[4] --input lengths=lengths.npy --expect out=expected_out.npy
// RUN: %run_compiled %s %t --sizes B=2,N=16,D=4 --sizes B=1,N=4,D=4 --sizes B=2,N=8,D=4 --sizes B=1,N=300,D=4 \
// RUN:   --sizes B=0,N=8,D=4 --integers buckets=0..3 --integers lengths=0..4 --input gamma=full:0.5:[4]

func.func @reformer(
    %qk: tensor<?x2x?x4xf32> {attn.name = "qk", attn.dims = ["B", "H", "N", "D"]},
    %v: tensor<?x2x?x5xf32> {attn.name = "v", attn.dims = ["B", "H", "N", "E"]},
    %buckets: tensor<?x6x?xi32> {attn.name = "buckets", attn.dims = ["B", "L", "N"]},
    %gamma: tensor<4xf32> {attn.name = "gamma", attn.dims = ["D"]},
    %lengths: tensor<?xi32> {attn.name = "lengths", attn.dims = ["B"]})
    -> (tensor<?x2x?x5xf32> {attn.name = "out"}, tensor<?x6x?xi32> {attn.name = "order"}) {
  %key = attn.rms_norm %qk, %gamma eps 1.0e-6 : tensor<?x2x?x4xf32>, tensor<4xf32>
  %order = attn.sort %buckets : tensor<?x6x?xi32>
  %around = attn.wrap %order rounds 3 chunk 4 before 1 after 0 : tensor<?x6x?xi32>
  %sorted = attn.gather %buckets, %order : tensor<?x6x?xi32>, tensor<?x6x?xi32>
  %ids = attn.wrap %sorted rounds 3 chunk 4 before 1 after 0 : tensor<?x6x?xi32>
  %q = attn.gather %qk, %order : tensor<?x2x?x4xf32>, tensor<?x6x?xi32>
  %k = attn.gather %key, %around : tensor<?x2x?x4xf32>, tensor<?x6x?xi32>
  %values = attn.gather %v, %around : tensor<?x2x?x5xf32>, tensor<?x6x?xi32>
  %s = attn.score dot %q, %k scale 1.0 : tensor<?x6x?x4xf32>, tensor<?x6x?x4xf32>
  %t = attn.modify %s captures(%order, %around) : tensor<?x6x?x?xf32>, tensor<?x6x?xi32>, tensor<?x6x?xi32> {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %j: index, %of: tensor<?x6x?xi32>, %to: tensor<?x6x?xi32>):
    %token = tensor.extract %of[%b, %h, %i] : tensor<?x6x?xi32>
    %other = tensor.extract %to[%b, %h, %j] : tensor<?x6x?xi32>
    %self = arith.cmpi eq, %token, %other : i32
    %low = arith.constant -1.0e5 : f32
    %y = arith.select %self, %low, %x : f32
    attn.yield %y : f32
  }
  %m = attn.mask %t where blocks(4, 4, 0, 1) and predicate(%order, %around, %sorted, %ids, %lengths)
      : tensor<?x6x?x?xf32>, tensor<?x6x?xi32>, tensor<?x6x?xi32>, tensor<?x6x?xi32>, tensor<?x6x?xi32>, tensor<?xi32> {
  ^bb0(%b: index, %h: index, %i: index, %j: index, %of: tensor<?x6x?xi32>, %to: tensor<?x6x?xi32>,
       %own: tensor<?x6x?xi32>, %theirs: tensor<?x6x?xi32>, %counts: tensor<?xi32>):
    %token = tensor.extract %of[%b, %h, %i] : tensor<?x6x?xi32>
    %other = tensor.extract %to[%b, %h, %j] : tensor<?x6x?xi32>
    %self = arith.cmpi eq, %token, %other : i32
    %bucket = tensor.extract %own[%b, %h, %i] : tensor<?x6x?xi32>
    %neighbour = tensor.extract %theirs[%b, %h, %j] : tensor<?x6x?xi32>
    %same = arith.cmpi eq, %bucket, %neighbour : i32
    %count = tensor.extract %counts[%b] : tensor<?xi32>
    %real = arith.cmpi slt, %other, %count : i32
    %both = arith.andi %same, %real : i1
    %visible = arith.ori %self, %both : i1
    attn.yield %visible : i1
  }
  %p = attn.normalize softmax %m : tensor<?x6x?x?xf32>
  %o = attn.combine %p, %values : tensor<?x6x?x?xf32>, tensor<?x6x?x5xf32>
  %l = attn.reduce_map logsumexp %m over keys : tensor<?x6x?x?xf32>
  %places = attn.invert %order : tensor<?x6x?xi32>
  %rounds = attn.gather %o, %places : tensor<?x6x?x5xf32>, tensor<?x6x?xi32>
  %logarithms = attn.gather %l, %places : tensor<?x6x?xf32>, tensor<?x6x?xi32>
  %out = attn.merge_parts %rounds, %logarithms parts 3 : tensor<?x6x?x5xf32>, tensor<?x6x?xf32>
  return %out, %order : tensor<?x2x?x5xf32>, tensor<?x6x?xi32>
}

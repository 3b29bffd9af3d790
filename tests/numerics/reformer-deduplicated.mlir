// Reformer (Kitaev et al. 2020, appendix A): a pair that several rounds see counts once. From each score goes the logarithm of how
// often the pair is seen: in each round's list a query stands in one chunk of the ring, and sees a key that stands in it or in the
// one before, in any list. Where a token stands in each list is the inverse of the order: nothing beside the formula is new.
// RUN: cd %S/data/lsh_attention-deduplicated && attn-run %s --reference --rtol 1e-6 --atol 1e-6 --input qk=qk.npy --input v=v.npy \
// RUN:   --input buckets=buckets.npy --input gamma=full:0.5:[4] --expect out=expected_out.npy
// RUN: %run_compiled %s %t --sizes B=2,N=16,D=4 --sizes B=1,N=4,D=4 --sizes B=2,N=8,D=4 --sizes B=1,N=300,D=4 \
// RUN:   --sizes B=0,N=8,D=4 --sizes B=1,N=0,D=4 --integers buckets=0..3 --input gamma=full:0.5:[4]

func.func @reformer(
    %qk: tensor<?x2x?x4xf32> {attn.name = "qk", attn.dims = ["B", "H", "N", "D"]},
    %v: tensor<?x2x?x5xf32> {attn.name = "v", attn.dims = ["B", "H", "N", "E"]},
    %buckets: tensor<?x6x?xi32> {attn.name = "buckets", attn.dims = ["B", "L", "N"]},
    %gamma: tensor<4xf32> {attn.name = "gamma", attn.dims = ["D"]})
    -> (tensor<?x2x?x5xf32> {attn.name = "out"}, tensor<?x6x?xi32> {attn.name = "order"}) {
  %key = attn.rms_norm %qk, %gamma eps 1.0e-6 : tensor<?x2x?x4xf32>, tensor<4xf32>
  %order = attn.sort %buckets : tensor<?x6x?xi32>
  %around = attn.wrap %order rounds 3 chunk 4 before 1 after 0 : tensor<?x6x?xi32>
  %q = attn.gather %qk, %order : tensor<?x2x?x4xf32>, tensor<?x6x?xi32>
  %k = attn.gather %key, %around : tensor<?x2x?x4xf32>, tensor<?x6x?xi32>
  %values = attn.gather %v, %around : tensor<?x2x?x5xf32>, tensor<?x6x?xi32>
  %s = attn.score dot %q, %k scale 1.0 : tensor<?x6x?x4xf32>, tensor<?x6x?x4xf32>
  %places = attn.invert %order : tensor<?x6x?xi32>
  %t = attn.modify %s captures(%order, %around, %places)
      : tensor<?x6x?x?xf32>, tensor<?x6x?xi32>, tensor<?x6x?xi32>, tensor<?x6x?xi32> {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %j: index, %of: tensor<?x6x?xi32>, %to: tensor<?x6x?xi32>,
       %stands: tensor<?x6x?xi32>):
    %token = tensor.extract %of[%b, %h, %i] : tensor<?x6x?xi32>
    %other = tensor.extract %to[%b, %h, %j] : tensor<?x6x?xi32>
    %query = arith.index_cast %token : i32 to index
    %neighbour = arith.index_cast %other : i32 to index
    %one = arith.constant 1 : index
    %three = arith.constant 3 : index
    %four = arith.constant 4 : i32
    %two = arith.constant 2 : index
    %n = tensor.dim %stands, %two : tensor<?x6x?xi32>
    %tokens = arith.index_cast %n : index to i32
    %chunks = arith.divsi %tokens, %four : i32
    %round = arith.remsi %h, %three : index
    %list0 = arith.subi %h, %round : index
    %list1 = arith.addi %list0, %one : index
    %list2 = arith.addi %list1, %one : index
    // The chunks of the ring where the query, and where the key, stand by each list; the one before the query's.
    %none = arith.constant 0 : i32
    %unit = arith.constant 1 : i32
    %first2 = arith.addi %chunks, %chunks : i32
    %ring = arith.addi %first2, %chunks : i32
    %qplace0 = tensor.extract %stands[%b, %list0, %query] : tensor<?x6x?xi32>
    %q0 = arith.divsi %qplace0, %four : i32
    %kplace0 = tensor.extract %stands[%b, %list0, %neighbour] : tensor<?x6x?xi32>
    %k0 = arith.divsi %kplace0, %four : i32
    %starts0 = arith.cmpi eq, %q0, %none : i32
    %from0 = arith.select %starts0, %ring, %q0 : i32
    %before0 = arith.subi %from0, %unit : i32
    %qplace1 = tensor.extract %stands[%b, %list1, %query] : tensor<?x6x?xi32>
    %qlocal1 = arith.divsi %qplace1, %four : i32
    %q1 = arith.addi %qlocal1, %chunks : i32
    %kplace1 = tensor.extract %stands[%b, %list1, %neighbour] : tensor<?x6x?xi32>
    %klocal1 = arith.divsi %kplace1, %four : i32
    %k1 = arith.addi %klocal1, %chunks : i32
    %starts1 = arith.cmpi eq, %q1, %none : i32
    %from1 = arith.select %starts1, %ring, %q1 : i32
    %before1 = arith.subi %from1, %unit : i32
    %qplace2 = tensor.extract %stands[%b, %list2, %query] : tensor<?x6x?xi32>
    %qlocal2 = arith.divsi %qplace2, %four : i32
    %q2 = arith.addi %qlocal2, %first2 : i32
    %kplace2 = tensor.extract %stands[%b, %list2, %neighbour] : tensor<?x6x?xi32>
    %klocal2 = arith.divsi %kplace2, %four : i32
    %k2 = arith.addi %klocal2, %first2 : i32
    %starts2 = arith.cmpi eq, %q2, %none : i32
    %from2 = arith.select %starts2, %ring, %q2 : i32
    %before2 = arith.subi %from2, %unit : i32
    %own00 = arith.cmpi eq, %q0, %k0 : i32
    %own00i = arith.extui %own00 : i1 to i32
    %sum_own00 = arith.addi %none, %own00i : i32
    %back00 = arith.cmpi eq, %before0, %k0 : i32
    %back00i = arith.extui %back00 : i1 to i32
    %sum_back00 = arith.addi %sum_own00, %back00i : i32
    %own01 = arith.cmpi eq, %q0, %k1 : i32
    %own01i = arith.extui %own01 : i1 to i32
    %sum_own01 = arith.addi %sum_back00, %own01i : i32
    %back01 = arith.cmpi eq, %before0, %k1 : i32
    %back01i = arith.extui %back01 : i1 to i32
    %sum_back01 = arith.addi %sum_own01, %back01i : i32
    %own02 = arith.cmpi eq, %q0, %k2 : i32
    %own02i = arith.extui %own02 : i1 to i32
    %sum_own02 = arith.addi %sum_back01, %own02i : i32
    %back02 = arith.cmpi eq, %before0, %k2 : i32
    %back02i = arith.extui %back02 : i1 to i32
    %sum_back02 = arith.addi %sum_own02, %back02i : i32
    %own10 = arith.cmpi eq, %q1, %k0 : i32
    %own10i = arith.extui %own10 : i1 to i32
    %sum_own10 = arith.addi %sum_back02, %own10i : i32
    %back10 = arith.cmpi eq, %before1, %k0 : i32
    %back10i = arith.extui %back10 : i1 to i32
    %sum_back10 = arith.addi %sum_own10, %back10i : i32
    %own11 = arith.cmpi eq, %q1, %k1 : i32
    %own11i = arith.extui %own11 : i1 to i32
    %sum_own11 = arith.addi %sum_back10, %own11i : i32
    %back11 = arith.cmpi eq, %before1, %k1 : i32
    %back11i = arith.extui %back11 : i1 to i32
    %sum_back11 = arith.addi %sum_own11, %back11i : i32
    %own12 = arith.cmpi eq, %q1, %k2 : i32
    %own12i = arith.extui %own12 : i1 to i32
    %sum_own12 = arith.addi %sum_back11, %own12i : i32
    %back12 = arith.cmpi eq, %before1, %k2 : i32
    %back12i = arith.extui %back12 : i1 to i32
    %sum_back12 = arith.addi %sum_own12, %back12i : i32
    %own20 = arith.cmpi eq, %q2, %k0 : i32
    %own20i = arith.extui %own20 : i1 to i32
    %sum_own20 = arith.addi %sum_back12, %own20i : i32
    %back20 = arith.cmpi eq, %before2, %k0 : i32
    %back20i = arith.extui %back20 : i1 to i32
    %sum_back20 = arith.addi %sum_own20, %back20i : i32
    %own21 = arith.cmpi eq, %q2, %k1 : i32
    %own21i = arith.extui %own21 : i1 to i32
    %sum_own21 = arith.addi %sum_back20, %own21i : i32
    %back21 = arith.cmpi eq, %before2, %k1 : i32
    %back21i = arith.extui %back21 : i1 to i32
    %sum_back21 = arith.addi %sum_own21, %back21i : i32
    %own22 = arith.cmpi eq, %q2, %k2 : i32
    %own22i = arith.extui %own22 : i1 to i32
    %sum_own22 = arith.addi %sum_back21, %own22i : i32
    %back22 = arith.cmpi eq, %before2, %k2 : i32
    %back22i = arith.extui %back22 : i1 to i32
    %sum_back22 = arith.addi %sum_own22, %back22i : i32
    %seen = arith.maxsi %sum_back22, %unit : i32
    %times = arith.sitofp %seen : i32 to f32
    %log = math.log %times : f32
    %once = arith.subf %x, %log : f32
    %self = arith.cmpi eq, %token, %other : i32
    %low = arith.constant -1.0e5 : f32
    %y = arith.select %self, %low, %once : f32
    attn.yield %y : f32
  }
  %m = attn.mask %t where blocks(4, 4, 0, 1) : tensor<?x6x?x?xf32>
  %p = attn.normalize softmax %m : tensor<?x6x?x?xf32>
  %o = attn.combine %p, %values : tensor<?x6x?x?xf32>, tensor<?x6x?x5xf32>
  %l = attn.reduce_map logsumexp %m over keys : tensor<?x6x?x?xf32>
  %rounds = attn.gather %o, %places : tensor<?x6x?x5xf32>, tensor<?x6x?xi32>
  %logarithms = attn.gather %l, %places : tensor<?x6x?xf32>, tensor<?x6x?xi32>
  %out = attn.merge_parts %rounds, %logarithms parts 3 : tensor<?x6x?x5xf32>, tensor<?x6x?xf32>
  return %out, %order : tensor<?x2x?x5xf32>, tensor<?x6x?xi32>
}

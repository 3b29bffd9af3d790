// No keys, no samples, no queries, and what masked values may hold: never a trap, zeros where no key is visible.
// RUN: attn-run %s --reference --input q=random:1:[1,2,3,4] --input k=zeros:[1,2,0,4] --input v=zeros:[1,2,0,4] \
// RUN:   --input lengths=zeros:[1] | FileCheck %s --check-prefix=NO-KEYS
// RUN: attn-run %s --reference --input q=zeros:[0,2,3,4] --input k=zeros:[0,2,3,4] --input v=zeros:[0,2,3,4] \
// RUN:   --input lengths=zeros:[0] | FileCheck %s --check-prefix=NO-SAMPLES
// RUN: attn-run %s --reference --input q=zeros:[1,2,0,4] --input k=zeros:[1,2,3,4] --input v=zeros:[1,2,3,4] \
// RUN:   --input lengths=full:3:[1] | FileCheck %s --check-prefix=NO-QUERIES
// RUN: attn-run %s --reference --input q=full:nan:[1,2,1,4] --input k=full:nan:[1,2,2,4] --input v=full:nan:[1,2,2,4] \
// RUN:   --input lengths=zeros:[1] | FileCheck %s --check-prefix=MASKED-NAN
// RUN: attn-run %s --reference --input q=full:1:[1,2,1,4] --input k=full:nan:[1,2,2,4] --input v=full:1:[1,2,2,4] \
// RUN:   --input lengths=full:1:[1] | FileCheck %s --check-prefix=VISIBLE-NAN
// RUN: %run_compiled %s %t --sizes B=2,H=2,D=4,N=7,M=13 --sizes B=0,N=7,M=13 --sizes B=2,N=0,M=5 \
// RUN:   --sizes B=2,N=3,M=0 --sizes B=5,N=6,M=513

// NO-KEYS: out: f32 [1,2,3,4]
// NO-KEYS-NEXT: {{^\[\[\[\[}}0, 0, 0, 0],
// NO-KEYS-NOT: {{[1-9]|nan}}
// NO-SAMPLES: out: f32 [0,2,3,4]
// NO-SAMPLES-NEXT: {{^}}[]
// NO-QUERIES: out: f32 [1,2,0,4]
// NO-QUERIES-NEXT: {{^\[\[\[\]}},
// MASKED-NAN: {{^\[\[\[\[}}0, 0, 0, 0]
// VISIBLE-NAN: nan, nan

func.func @attention(
    %q: tensor<?x2x?x4xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x2x?x4xf32> {attn.name = "k", attn.dims = ["B", "H", "M", "D"]},
    %v: tensor<?x2x?x4xf32> {attn.name = "v", attn.dims = ["B", "H", "M", "D"]},
    %lengths: tensor<?xi32> {attn.name = "lengths", attn.dims = ["B"]})
    -> (tensor<?x2x?x4xf32> {attn.name = "out"}) {
  %out = attn.attention %q, %k, %v where lengths(%lengths)
      : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, tensor<?xi32>
  return %out : tensor<?x2x?x4xf32>
}

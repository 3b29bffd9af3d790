// Each function of a formula, as the map it makes of scores; of their sizes where it has no value for others.
// RUN: %run_compiled %s %t --sizes B=1,N=3,M=5 --sizes B=2,N=7,M=19
func.func @functions(
    %q: tensor<?x2x?x4xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x2x?x4xf32> {attn.name = "k", attn.dims = ["B", "H", "M", "D"]})
    -> (tensor<?x2x?x?xf32> {attn.name = "exp"},
        tensor<?x2x?x?xf32> {attn.name = "exp2"},
        tensor<?x2x?x?xf32> {attn.name = "expm1"},
        tensor<?x2x?x?xf32> {attn.name = "log"},
        tensor<?x2x?x?xf32> {attn.name = "log2"},
        tensor<?x2x?x?xf32> {attn.name = "log1p"},
        tensor<?x2x?x?xf32> {attn.name = "tanh"},
        tensor<?x2x?x?xf32> {attn.name = "erf"},
        tensor<?x2x?x?xf32> {attn.name = "sin"},
        tensor<?x2x?x?xf32> {attn.name = "cos"},
        tensor<?x2x?x?xf32> {attn.name = "rsqrt"},
        tensor<?x2x?x?xf32> {attn.name = "round"},
        tensor<?x2x?x?xf32> {attn.name = "floor"},
        tensor<?x2x?x?xf32> {attn.name = "ceil"},
        tensor<?x2x?x?xf32> {attn.name = "trunc"},
        tensor<?x2x?x?xf32> {attn.name = "roundeven"}) {
  %s = attn.score dot %q, %k : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %exp = attn.modify %s : tensor<?x2x?x?xf32> {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %j: index):
    %y = math.exp %x : f32
    attn.yield %y : f32
  }
  %exp2 = attn.modify %s : tensor<?x2x?x?xf32> {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %j: index):
    %y = math.exp2 %x : f32
    attn.yield %y : f32
  }
  %expm1 = attn.modify %s : tensor<?x2x?x?xf32> {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %j: index):
    %y = math.expm1 %x : f32
    attn.yield %y : f32
  }
  %log = attn.modify %s : tensor<?x2x?x?xf32> {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %j: index):
    %a = math.absf %x : f32
    %y = math.log %a : f32
    attn.yield %y : f32
  }
  %log2 = attn.modify %s : tensor<?x2x?x?xf32> {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %j: index):
    %a = math.absf %x : f32
    %y = math.log2 %a : f32
    attn.yield %y : f32
  }
  %log1p = attn.modify %s : tensor<?x2x?x?xf32> {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %j: index):
    %a = math.absf %x : f32
    %y = math.log1p %a : f32
    attn.yield %y : f32
  }
  %tanh = attn.modify %s : tensor<?x2x?x?xf32> {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %j: index):
    %y = math.tanh %x : f32
    attn.yield %y : f32
  }
  %erf = attn.modify %s : tensor<?x2x?x?xf32> {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %j: index):
    %y = math.erf %x : f32
    attn.yield %y : f32
  }
  %sin = attn.modify %s : tensor<?x2x?x?xf32> {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %j: index):
    %y = math.sin %x : f32
    attn.yield %y : f32
  }
  %cos = attn.modify %s : tensor<?x2x?x?xf32> {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %j: index):
    %y = math.cos %x : f32
    attn.yield %y : f32
  }
  %rsqrt = attn.modify %s : tensor<?x2x?x?xf32> {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %j: index):
    %a = math.absf %x : f32
    %y = math.rsqrt %a : f32
    attn.yield %y : f32
  }
  %round = attn.modify %s : tensor<?x2x?x?xf32> {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %j: index):
    %y = math.round %x : f32
    attn.yield %y : f32
  }
  %floor = attn.modify %s : tensor<?x2x?x?xf32> {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %j: index):
    %y = math.floor %x : f32
    attn.yield %y : f32
  }
  %ceil = attn.modify %s : tensor<?x2x?x?xf32> {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %j: index):
    %y = math.ceil %x : f32
    attn.yield %y : f32
  }
  %trunc = attn.modify %s : tensor<?x2x?x?xf32> {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %j: index):
    %y = math.trunc %x : f32
    attn.yield %y : f32
  }
  %roundeven = attn.modify %s : tensor<?x2x?x?xf32> {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %j: index):
    %y = math.roundeven %x : f32
    attn.yield %y : f32
  }
  return %exp, %exp2, %expm1, %log, %log2, %log1p, %tanh, %erf, %sin, %cos, %rsqrt, %round, %floor, %ceil, %trunc, %roundeven : tensor<?x2x?x?xf32>, tensor<?x2x?x?xf32>, tensor<?x2x?x?xf32>, tensor<?x2x?x?xf32>, tensor<?x2x?x?xf32>, tensor<?x2x?x?xf32>, tensor<?x2x?x?xf32>, tensor<?x2x?x?xf32>, tensor<?x2x?x?xf32>, tensor<?x2x?x?xf32>, tensor<?x2x?x?xf32>, tensor<?x2x?x?xf32>, tensor<?x2x?x?xf32>, tensor<?x2x?x?xf32>, tensor<?x2x?x?xf32>, tensor<?x2x?x?xf32>
}

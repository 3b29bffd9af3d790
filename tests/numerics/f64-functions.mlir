// Each function of a formula in f64, of numbers that it has a value for: calls of libm, or instructions.
// RUN: %run_compiled %s %t --precision f64 --sizes N=1 --sizes N=33
func.func @functions(%x: tensor<?x5xf64> {attn.name = "x", attn.dims = ["N", "C"]}, %y: tensor<?x5xf64> {attn.name = "y", attn.dims = ["N", "C"]})
    -> (tensor<?x5xf64> {attn.name = "exp"},
        tensor<?x5xf64> {attn.name = "exp2"},
        tensor<?x5xf64> {attn.name = "expm1"},
        tensor<?x5xf64> {attn.name = "tanh"},
        tensor<?x5xf64> {attn.name = "erf"},
        tensor<?x5xf64> {attn.name = "erfc"},
        tensor<?x5xf64> {attn.name = "sin"},
        tensor<?x5xf64> {attn.name = "cos"},
        tensor<?x5xf64> {attn.name = "tan"},
        tensor<?x5xf64> {attn.name = "atan"},
        tensor<?x5xf64> {attn.name = "sinh"},
        tensor<?x5xf64> {attn.name = "cosh"},
        tensor<?x5xf64> {attn.name = "asinh"},
        tensor<?x5xf64> {attn.name = "cbrt"},
        tensor<?x5xf64> {attn.name = "round"},
        tensor<?x5xf64> {attn.name = "floor"},
        tensor<?x5xf64> {attn.name = "ceil"},
        tensor<?x5xf64> {attn.name = "trunc"},
        tensor<?x5xf64> {attn.name = "roundeven"},
        tensor<?x5xf64> {attn.name = "log"},
        tensor<?x5xf64> {attn.name = "log2"},
        tensor<?x5xf64> {attn.name = "log10"},
        tensor<?x5xf64> {attn.name = "log1p"},
        tensor<?x5xf64> {attn.name = "rsqrt"},
        tensor<?x5xf64> {attn.name = "sqrt"},
        tensor<?x5xf64> {attn.name = "asin"},
        tensor<?x5xf64> {attn.name = "acos"},
        tensor<?x5xf64> {attn.name = "atanh"},
        tensor<?x5xf64> {attn.name = "acosh"},
        tensor<?x5xf64> {attn.name = "powf"},
        tensor<?x5xf64> {attn.name = "atan2"},
        tensor<?x5xf64> {attn.name = "remf"},
        tensor<?x5xf64> {attn.name = "fma"}) {
  %exp = attn.pointwise %x : tensor<?x5xf64> {
  ^bb0(%a: f64):
    %r = math.exp %a : f64
    attn.yield %r : f64
  }
  %exp2 = attn.pointwise %x : tensor<?x5xf64> {
  ^bb0(%a: f64):
    %r = math.exp2 %a : f64
    attn.yield %r : f64
  }
  %expm1 = attn.pointwise %x : tensor<?x5xf64> {
  ^bb0(%a: f64):
    %r = math.expm1 %a : f64
    attn.yield %r : f64
  }
  %tanh = attn.pointwise %x : tensor<?x5xf64> {
  ^bb0(%a: f64):
    %r = math.tanh %a : f64
    attn.yield %r : f64
  }
  %erf = attn.pointwise %x : tensor<?x5xf64> {
  ^bb0(%a: f64):
    %r = math.erf %a : f64
    attn.yield %r : f64
  }
  %erfc = attn.pointwise %x : tensor<?x5xf64> {
  ^bb0(%a: f64):
    %r = math.erfc %a : f64
    attn.yield %r : f64
  }
  %sin = attn.pointwise %x : tensor<?x5xf64> {
  ^bb0(%a: f64):
    %r = math.sin %a : f64
    attn.yield %r : f64
  }
  %cos = attn.pointwise %x : tensor<?x5xf64> {
  ^bb0(%a: f64):
    %r = math.cos %a : f64
    attn.yield %r : f64
  }
  %tan = attn.pointwise %x : tensor<?x5xf64> {
  ^bb0(%a: f64):
    %r = math.tan %a : f64
    attn.yield %r : f64
  }
  %atan = attn.pointwise %x : tensor<?x5xf64> {
  ^bb0(%a: f64):
    %r = math.atan %a : f64
    attn.yield %r : f64
  }
  %sinh = attn.pointwise %x : tensor<?x5xf64> {
  ^bb0(%a: f64):
    %r = math.sinh %a : f64
    attn.yield %r : f64
  }
  %cosh = attn.pointwise %x : tensor<?x5xf64> {
  ^bb0(%a: f64):
    %r = math.cosh %a : f64
    attn.yield %r : f64
  }
  %asinh = attn.pointwise %x : tensor<?x5xf64> {
  ^bb0(%a: f64):
    %r = math.asinh %a : f64
    attn.yield %r : f64
  }
  %cbrt = attn.pointwise %x : tensor<?x5xf64> {
  ^bb0(%a: f64):
    %r = math.cbrt %a : f64
    attn.yield %r : f64
  }
  %round = attn.pointwise %x : tensor<?x5xf64> {
  ^bb0(%a: f64):
    %r = math.round %a : f64
    attn.yield %r : f64
  }
  %floor = attn.pointwise %x : tensor<?x5xf64> {
  ^bb0(%a: f64):
    %r = math.floor %a : f64
    attn.yield %r : f64
  }
  %ceil = attn.pointwise %x : tensor<?x5xf64> {
  ^bb0(%a: f64):
    %r = math.ceil %a : f64
    attn.yield %r : f64
  }
  %trunc = attn.pointwise %x : tensor<?x5xf64> {
  ^bb0(%a: f64):
    %r = math.trunc %a : f64
    attn.yield %r : f64
  }
  %roundeven = attn.pointwise %x : tensor<?x5xf64> {
  ^bb0(%a: f64):
    %r = math.roundeven %a : f64
    attn.yield %r : f64
  }
  %log = attn.pointwise %x : tensor<?x5xf64> {
  ^bb0(%a: f64):
    %p = math.absf %a : f64
    %r = math.log %p : f64
    attn.yield %r : f64
  }
  %log2 = attn.pointwise %x : tensor<?x5xf64> {
  ^bb0(%a: f64):
    %p = math.absf %a : f64
    %r = math.log2 %p : f64
    attn.yield %r : f64
  }
  %log10 = attn.pointwise %x : tensor<?x5xf64> {
  ^bb0(%a: f64):
    %p = math.absf %a : f64
    %r = math.log10 %p : f64
    attn.yield %r : f64
  }
  %log1p = attn.pointwise %x : tensor<?x5xf64> {
  ^bb0(%a: f64):
    %p = math.absf %a : f64
    %r = math.log1p %p : f64
    attn.yield %r : f64
  }
  %rsqrt = attn.pointwise %x : tensor<?x5xf64> {
  ^bb0(%a: f64):
    %p = math.absf %a : f64
    %r = math.rsqrt %p : f64
    attn.yield %r : f64
  }
  %sqrt = attn.pointwise %x : tensor<?x5xf64> {
  ^bb0(%a: f64):
    %p = math.absf %a : f64
    %r = math.sqrt %p : f64
    attn.yield %r : f64
  }
  %asin = attn.pointwise %x : tensor<?x5xf64> {
  ^bb0(%a: f64):
    %t = math.tanh %a : f64
    %r = math.asin %t : f64
    attn.yield %r : f64
  }
  %acos = attn.pointwise %x : tensor<?x5xf64> {
  ^bb0(%a: f64):
    %t = math.tanh %a : f64
    %r = math.acos %t : f64
    attn.yield %r : f64
  }
  %atanh = attn.pointwise %x : tensor<?x5xf64> {
  ^bb0(%a: f64):
    %t = math.tanh %a : f64
    %r = math.atanh %t : f64
    attn.yield %r : f64
  }
  %acosh = attn.pointwise %x : tensor<?x5xf64> {
  ^bb0(%a: f64):
    %one = arith.constant 1.0 : f64
    %p = math.absf %a : f64
    %q = arith.addf %p, %one : f64
    %r = math.acosh %q : f64
    attn.yield %r : f64
  }
  %powf = attn.pointwise %x, %y : tensor<?x5xf64>, tensor<?x5xf64> {
  ^bb0(%a: f64, %b: f64):
    %p = math.absf %a : f64
    %r = math.powf %p, %b : f64
    attn.yield %r : f64
  }
  %atan2 = attn.pointwise %x, %y : tensor<?x5xf64>, tensor<?x5xf64> {
  ^bb0(%a: f64, %b: f64):
    %r = math.atan2 %a, %b : f64
    attn.yield %r : f64
  }
  %remf = attn.pointwise %x, %y : tensor<?x5xf64>, tensor<?x5xf64> {
  ^bb0(%a: f64, %b: f64):
    %r = arith.remf %a, %b : f64
    attn.yield %r : f64
  }
  %fma = attn.pointwise %x, %y : tensor<?x5xf64>, tensor<?x5xf64> {
  ^bb0(%a: f64, %b: f64):
    %r = math.fma %a, %b, %a : f64
    attn.yield %r : f64
  }
  return %exp, %exp2, %expm1, %tanh, %erf, %erfc, %sin, %cos, %tan, %atan, %sinh, %cosh, %asinh, %cbrt, %round, %floor, %ceil, %trunc, %roundeven, %log, %log2, %log10, %log1p, %rsqrt, %sqrt, %asin, %acos, %atanh, %acosh, %powf, %atan2, %remf, %fma
      : tensor<?x5xf64>, tensor<?x5xf64>, tensor<?x5xf64>, tensor<?x5xf64>, tensor<?x5xf64>, tensor<?x5xf64>, tensor<?x5xf64>, tensor<?x5xf64>, tensor<?x5xf64>, tensor<?x5xf64>, tensor<?x5xf64>, tensor<?x5xf64>, tensor<?x5xf64>, tensor<?x5xf64>, tensor<?x5xf64>, tensor<?x5xf64>, tensor<?x5xf64>, tensor<?x5xf64>, tensor<?x5xf64>, tensor<?x5xf64>, tensor<?x5xf64>, tensor<?x5xf64>, tensor<?x5xf64>, tensor<?x5xf64>, tensor<?x5xf64>, tensor<?x5xf64>, tensor<?x5xf64>, tensor<?x5xf64>, tensor<?x5xf64>, tensor<?x5xf64>, tensor<?x5xf64>, tensor<?x5xf64>, tensor<?x5xf64>
}

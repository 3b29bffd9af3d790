func.func @both(%x: tensor<?x5xf64> {attn.name = "x", attn.dims = ["N", "C"], attn.storage = "f32"},
                %y: tensor<?x5xf64> {attn.name = "y", attn.dims = ["N", "C"]})
    -> (tensor<?x5xf64> {attn.name = "sum"}, tensor<?x5xf64> {attn.name = "rounded", attn.storage = "f32"}) {
  %z = attn.pointwise %x, %y : tensor<?x5xf64>, tensor<?x5xf64> {
  ^bb0(%a: f64, %b: f64):
    %p = math.powf %a, %b : f64
    %q = math.atan2 %a, %b : f64
    %nan = arith.cmpf uno, %p, %p : f64
    %r = arith.select %nan, %q, %p : f64
    attn.yield %r : f64
  }
  return %z, %z : tensor<?x5xf64>, tensor<?x5xf64>
}

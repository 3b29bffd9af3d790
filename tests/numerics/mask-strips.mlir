// Every mask on maps that are kept in strips: heads are mixed after masking, and a map leaves.
// RUN: %run_compiled %s %t --sizes B=2 --sizes B=0 --integers flags=0..1 --integers ids=0..2 --integers keys=0..1
// RUN: %run_compiled %s %t --sizes B=1 --integers flags=0..0 --integers ids=0..9:sorted --integers keys=0..0

func.func @masks(
    %q: tensor<?x2x60x8xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x2x60x8xf32> {attn.name = "k", attn.dims = ["B", "H", "N", "D"]},
    %v: tensor<?x2x60x8xf32> {attn.name = "v", attn.dims = ["B", "H", "N", "D"]},
    %w: tensor<2x2xf32> {attn.name = "w", attn.dims = ["H", "H"]},
    %flags: tensor<?x60xi32> {attn.name = "flags", attn.dims = ["B", "N"]},
    %ids: tensor<?x60xi32> {attn.name = "ids", attn.dims = ["B", "N"]},
    %keys: tensor<60xi32> {attn.name = "keys", attn.dims = ["N"]},
    %lengths: tensor<?xi32> {attn.name = "lengths", attn.dims = ["B"]})
    -> (tensor<?x2x60x8xf32> {attn.name = "out"}, tensor<?x2x60x60xf32> {attn.name = "map"}) {
  %s = attn.score dot %q, %k scale 0.3 : tensor<?x2x60x8xf32>, tensor<?x2x60x8xf32>
  %a = attn.mask %s where blocks(16) or global(%flags) and predicate(%keys) or strided(7)
      : tensor<?x2x60x60xf32>, tensor<?x60xi32>, tensor<60xi32> {
  ^bb0(%b: index, %h: index, %i: index, %j: index, %set: tensor<60xi32>):
    %zero = arith.constant 0 : i32
    %x = tensor.extract %set[%j] : tensor<60xi32>
    %on = arith.cmpi eq, %x, %zero : i32
    %after = arith.cmpi sle, %j, %i : index
    %r = arith.andi %on, %after : i1
    attn.yield %r : i1
  }
  %m = attn.mix_heads %a, %w : tensor<?x2x60x60xf32>, tensor<2x2xf32>
  %c = attn.mask %m where (segments(%ids) or grid(6, 10, 5) or not fixed(9, 2)) and (lengths(%lengths) or global(3))
      : tensor<?x2x60x60xf32>, tensor<?x60xi32>, tensor<?xi32>
  %p = attn.normalize softmax %c : tensor<?x2x60x60xf32>
  %out = attn.combine %p, %v : tensor<?x2x60x60xf32>, tensor<?x2x60x8xf32>
  %map = attn.fill %c value -1.0 : tensor<?x2x60x60xf32>
  return %out, %map : tensor<?x2x60x8xf32>, tensor<?x2x60x60xf32>
}

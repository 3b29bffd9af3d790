// The passes of the tile stage. They decide and write down; nothing here changes what is computed.
#ifndef ATTN_TILE_PASSES_TD
#define ATTN_TILE_PASSES_TD

include "mlir/Pass/PassBase.td"

def SpecializeSteps : Pass<"attn-specialize-steps", "::mlir::ModuleOp"> {
  let summary = "give a model with caches a copy of itself for one row";
  let description = [{
    Before: a model whose caches take in a number of rows that is known at run time only. After: beside it a private copy, named by
    `attn.row`, whose `attn.bounds` say that this number is 1.

    ```mlir
    func.func @lm(%ids: tensor<?x?xi32>, ...)  ==>  func.func @lm(...) attributes {attn.row = @lm_row, ...}
                                                    func.func private @lm_row(...) attributes {attn.bounds = {N = [1, 1]}, ...}
    ```
    example: tests/tile/specialize-steps.mlir
  }];
}

def ChooseSchedules : Pass<"attn-choose-schedules", "::mlir::func::FuncOp"> {
  let summary = "give each kernel a back end, a strategy and tiles";
  let description = [{
    A kernel around a `linear` is `dense`, one around a whole score map chain is `stream`, any other is `rows`. A chain of at most 4 queries, by its type or by
    `attn.bounds`, is `decode`: it reads keys and values in rows, once. A schedule that is already there stays; next comes the one that the function's `attn.schedules` has for
    the kernel's key, which is written as `attn.key`. A kernel that no back end supports is an error that says why. With the back end `halide`, a kernel that it declines goes to `llvm`, and
    `attn.declined` says why.

    ```mlir
    attn.kernel (...) -> ... { attn.linear }  ==>  attn.kernel (...) -> ... schedule(#attn.schedule<..., strategy = dense, ...>) { attn.linear }
    ```
    example: tests/tile/choose-schedules.mlir
  }];
  let options = [
    Option<"vectorBits", "vector-bits", "int64_t", "512", "width of the target's vector registers: 128, 256 or 512">,
    Option<"backend", "backend", "std::string", [{"auto"}],
           "who makes the code: auto, llvm, or halide where it can">,
    Option<"precision", "precision", "std::string", [{"f32"}], "what linears multiply: f32, bf16 or int8">,
    Option<"listAlternatives", "list-alternatives", "bool", "false",
           "write to each kernel, as attn.alternatives, which other schedules are worth timing">
  ];
}

def AssignLayouts : Pass<"attn-assign-layouts", "::mlir::func::FuncOp"> {
  let summary = "store each tensor as the schedule of its consumer reads it";
  let description = [{
    Weights of `dense` kernels become weight panels, of the kernel's precision. Keys of `stream` kernels become key panels: their producer writes them so when it is
    a dense kernel and nobody else reads them; otherwise a kernel of its own copies them. A `decode` kernel reads rows; so do, instead of a copy, a `stream` kernel of at most 256 queries and a
    `strip` of at most 4, by its type or by `attn.bounds`.

    ```mlir
    attn.weight "w" : tensor<384x384xf32>  ==>  attn.weight "w" : tensor<384x384xf32, #attn.layout<weight_panels, width = 64>>
    ```
    example: tests/tile/assign-layouts.mlir
  }];
}

def FuseKeyNorms : Pass<"attn-fuse-key-norms", "::mlir::func::FuncOp"> {
  let summary = "divide keys that are read in rows by their norms as they are read";
  let description = [{
    Before: a kernel that makes `l2_normalize` of keys, which one `decode` or `strip` kernel reads in rows. After: that kernel has the op; the keys are read once, and nothing is
    written. Keys that are copied into panels are normalised before.

    ```mlir
    %n = attn.kernel (%a = %k) { attn.l2_normalize %a }
    attn.kernel (%b = %q, %c = %n) { attn.score dot %b, %c }
      ==>  attn.kernel (%b = %q, %c = %k) { %d = attn.l2_normalize %c ; attn.score dot %b, %d }
    ```
    example: tests/tile/fuse-key-norms.mlir
  }];
}

def AssignStorage : Pass<"attn-assign-storage", "::mlir::func::FuncOp"> {
  let summary = "store arguments and results as attn.storage says";
  let description = [{
    Before: kernels with schedules and layouts, and ports of f32, some with `attn.storage`. After: the types of those
    ports have the layout `rows` with that storage. Kernels whose back end reads or writes it do so themselves; for the
    others a kernel copies an argument once, before its first user, and a result at the end.

    ```mlir
    func.func @model(%x: tensor<4xf32> {attn.storage = "bf16"})
      ==>  func.func @model(%x: tensor<4xf32, #attn.layout<rows, storage = bf16>> {attn.storage = "bf16"})
    ```
    example: tests/tile/assign-storage.mlir
  }];
  let options = [
    Option<"vectorBits", "vector-bits", "int64_t", "512", "width of the target's vector registers: 128, 256 or 512">
  ];
}

#endif

// Self-attention of the pixels of an image, with keys of the distance in height and in width.
// RUN: sed 's/HEADS/2/g; s/PIXELS/15/g; s/ROWS/5/g; s/COLS/9/g; s/SCALE/0.5/' %s > %t.0.mlir
// RUN: cd %S/data/relative_2d-h3_w5 && attn-run %t.0.mlir --reference --rtol 1e-9 --atol 1e-9 --input q=q.npy \
// RUN:   --input k=k.npy --input v=v.npy --input rh=rh.npy --input rw=rw.npy --expect out=expected_out.npy
// RUN: %run_compiled %t.0.mlir %t --sizes B=2 --sizes B=0
// RUN: sed 's/HEADS/1/g; s/PIXELS/7/g; s/ROWS/1/g; s/COLS/13/g; s/SCALE/0.5/' %s > %t.1.mlir
// RUN: cd %S/data/relative_2d-h1_w7 && attn-run %t.1.mlir --reference --rtol 1e-9 --atol 1e-9 --input q=q.npy \
// RUN:   --input k=k.npy --input v=v.npy --input rh=rh.npy --input rw=rw.npy --expect out=expected_out.npy
// RUN: %run_compiled %t.1.mlir %t --sizes B=1
// RUN: sed 's/HEADS/2/g; s/PIXELS/8/g; s/ROWS/7/g; s/COLS/3/g; s/SCALE/1.0/' %s > %t.2.mlir
// RUN: cd %S/data/relative_2d-unscaled_bias && attn-run %t.2.mlir --reference --rtol 1e-9 --atol 1e-9 \
// RUN:   --input q=q.npy --input k=k.npy --input v=v.npy --input rh=rh.npy --input rw=rw.npy \
// RUN:   --expect out=expected_out.npy
// RUN: %run_compiled %t.2.mlir %t --sizes B=1
// RUN: sed 's/HEADS/3/g; s/PIXELS/65/g; s/ROWS/9/g; s/COLS/25/g; s/SCALE/0.5/' %s > %t.3.mlir
// RUN: %run_compiled %t.3.mlir %t --sizes B=1
// RUN: sed 's/HEADS/1/g; s/PIXELS/1/g; s/ROWS/1/g; s/COLS/1/g; s/SCALE/0.5/' %s > %t.4.mlir
// RUN: %run_compiled %t.4.mlir %t --sizes B=1
// RUN: sed 's/HEADS/2/g; s/PIXELS/33/g; s/ROWS/65/g; s/COLS/1/g; s/SCALE/0.5/' %s > %t.5.mlir
// RUN: %run_compiled %t.5.mlir %t --sizes B=1
// RUN: sed 's/HEADS/1/g; s/PIXELS/272/g; s/ROWS/33/g; s/COLS/31/g; s/SCALE/0.5/' %s > %t.6.mlir
// RUN: %run_compiled %t.6.mlir %t --sizes B=1

func.func @relative_2d(
    %q: tensor<?xHEADSxPIXELSx4xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?xHEADSxPIXELSx4xf32> {attn.name = "k", attn.dims = ["B", "H", "N", "D"]},
    %v: tensor<?xHEADSxPIXELSx4xf32> {attn.name = "v", attn.dims = ["B", "H", "N", "D"]},
    %rh: tensor<ROWSx4xf32> {attn.name = "rh"},
    %rw: tensor<COLSx4xf32> {attn.name = "rw"})
    -> (tensor<?xHEADSxPIXELSx4xf32> {attn.name = "out"}) {
  %s = attn.score dot %q, %k scale 0.5 : tensor<?xHEADSxPIXELSx4xf32>, tensor<?xHEADSxPIXELSx4xf32>
  %r = attn.relative_score_2d %q, %rh, %rw scale SCALE : tensor<?xHEADSxPIXELSx4xf32>, tensor<ROWSx4xf32>, tensor<COLSx4xf32>
  %t = attn.add %s, %r : tensor<?xHEADSxPIXELSxPIXELSxf32>, tensor<?xHEADSxPIXELSxPIXELSxf32>
  %p = attn.normalize softmax %t : tensor<?xHEADSxPIXELSxPIXELSxf32>
  %out = attn.combine %p, %v : tensor<?xHEADSxPIXELSxPIXELSxf32>, tensor<?xHEADSxPIXELSx4xf32>
  return %out : tensor<?xHEADSxPIXELSx4xf32>
}

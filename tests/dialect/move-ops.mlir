// Text forms of rearrange, take, append_rows, scatter_add; of argmax and cache_append.
// RUN: attn-opt %s --verify-roundtrip | FileCheck %s

// Neighbours side by side; an image as rows of tokens; every other row.
// CHECK-LABEL: @rearrange
func.func @rearrange(%x: tensor<?x?x64xf32>, %image: tensor<?x3x8x12xf32>, %ids: tensor<?x9xi32>) {
  // CHECK: attn.rearrange %{{.*}} sizes #{{.*}} from #{{.*}} : tensor<?x?x64xf32>
  %a = attn.rearrange %x sizes affine_map<(b, n, c) -> (b, n, c * 3)>
      from affine_map<(b, n, c) -> (b, n + c floordiv 64 - 1, c mod 64)> : tensor<?x?x64xf32>
  // CHECK: attn.add %{{.*}}, %{{.*}} : tensor<?x?x192xf32>
  %b = attn.add %a, %a : tensor<?x?x192xf32>, tensor<?x?x192xf32>
  %c = attn.rearrange %image sizes affine_map<(b, c, y, x) -> (b, y * 12, c)>
      from affine_map<(b, n, c) -> (b, c, n floordiv 12, n mod 12)> : tensor<?x3x8x12xf32>
  // CHECK: attn.add %{{.*}}, %{{.*}} : tensor<?x96x3xf32>
  %d = attn.add %c, %c : tensor<?x96x3xf32>, tensor<?x96x3xf32>
  // CHECK: attn.rearrange %{{.*}} sizes #{{.*}} from #{{.*}} : tensor<?x9xi32>
  %e = attn.rearrange %ids sizes affine_map<(b, n) -> (b ceildiv 2, n)> from affine_map<(b, n) -> (b * 2, n)> : tensor<?x9xi32>
  return
}

// CHECK-LABEL: @take
func.func @take(%nodes: tensor<?x64xf32>, %pairs: tensor<?x2xi32>, %ids: tensor<9xi32>, %one: tensor<i32>) {
  // CHECK: attn.take %{{.*}}, %{{.*}} : tensor<?x64xf32>, tensor<?x2xi32>
  %a = attn.take %nodes, %pairs : tensor<?x64xf32>, tensor<?x2xi32>
  // CHECK: attn.add %{{.*}}, %{{.*}} : tensor<?x2x64xf32>
  %b = attn.add %a, %a : tensor<?x2x64xf32>, tensor<?x2x64xf32>
  // CHECK: attn.take %{{.*}}, %{{.*}} : tensor<9xi32>, tensor<?x2xi32>
  %c = attn.take %ids, %pairs : tensor<9xi32>, tensor<?x2xi32>
  // CHECK: attn.take %{{.*}}, %{{.*}} : tensor<?x64xf32>, tensor<i32>
  %d = attn.take %nodes, %one : tensor<?x64xf32>, tensor<i32>
  return
}

// CHECK-LABEL: @append_rows
func.func @append_rows(%class: tensor<1x16xf32>, %x: tensor<?x6x16xf32>) {
  // CHECK: attn.append_rows %{{.*}}, %{{.*}} : tensor<1x16xf32>, tensor<?x6x16xf32>
  %a = attn.append_rows %class, %x : tensor<1x16xf32>, tensor<?x6x16xf32>
  // CHECK: attn.add %{{.*}}, %{{.*}} : tensor<?x7x16xf32>
  %b = attn.add %a, %a : tensor<?x7x16xf32>, tensor<?x7x16xf32>
  return
}

// CHECK-LABEL: @scatter_add
func.func @scatter_add(%p: tensor<?x100xf32>, %ids: tensor<?x?xi32>, %w: tensor<?x?xf32>) {
  // CHECK: attn.scatter_add %{{.*}}, %{{.*}}, %{{.*}} : tensor<?x100xf32>, tensor<?x?xi32>, tensor<?x?xf32>
  %y = attn.scatter_add %p, %ids, %w : tensor<?x100xf32>, tensor<?x?xi32>, tensor<?x?xf32>
  return
}

// CHECK-LABEL: @argmax
func.func @argmax(%x: tensor<?x?x9xf32>, %y: tensor<?xf32>) {
  // CHECK: attn.argmax %{{.*}} : tensor<?x?x9xf32>
  %a = attn.argmax %x : tensor<?x?x9xf32>
  // CHECK: attn.argmax %{{.*}} : tensor<?xf32>
  %b = attn.argmax %y : tensor<?xf32>
  return
}

// CHECK-LABEL: @cache_append
func.func @cache_append(%cache: tensor<?x2x?x8xf32>, %rows: tensor<?x2x1x8xf32>, %at: tensor<?xi32>,
                        %tokens: tensor<?x16x1xi32>, %token: tensor<?x1x1xi32>, %map: tensor<?x2x?x?xf32>,
                        %row: tensor<?x2x1x?xf32>) {
  // CHECK: attn.cache_append %{{.*}}, %{{.*}} at %{{.*}} : tensor<?x2x?x8xf32>, tensor<?x2x1x8xf32>, tensor<?xi32>
  %a = attn.cache_append %cache, %rows at %at : tensor<?x2x?x8xf32>, tensor<?x2x1x8xf32>, tensor<?xi32>
  // CHECK: attn.cache_append %{{.*}}, %{{.*}} at %{{.*}} : tensor<?x16x1xi32>, tensor<?x1x1xi32>, tensor<?xi32>
  %b = attn.cache_append %tokens, %token at %at : tensor<?x16x1xi32>, tensor<?x1x1xi32>, tensor<?xi32>
  // CHECK: attn.cache_append %{{.*}}, %{{.*}} at %{{.*}} : tensor<?x2x?x?xf32>, tensor<?x2x1x?xf32>, tensor<?xi32>
  %c = attn.cache_append %map, %row at %at : tensor<?x2x?x?xf32>, tensor<?x2x1x?xf32>, tensor<?xi32>
  return
}

// Products of rows and weight panels; see the header.
#include "compiler/backends/llvm/DenseProduct.h"
#include "compiler/backends/llvm/Int8Row.h"
#include "compiler/backends/llvm/Microkernel.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace mlir::attn {

static Value at(CodeBuilder &code, Value pointer, int64_t bytes) {
  return bytes ? code.offsetBytes(pointer, code.constant(bytes)) : pointer;
}

// How far ahead of a single row's products weights are asked for: what widens them leaves the processor less room to
// look ahead by itself. From memory 27 -> 30 GB/s.
constexpr int64_t aheadBytes = 1024;

static VectorType integers(CodeBuilder &code) { return VectorType::get(code.lanes(), code.b.getI32Type()); }
static Value asIntegers(CodeBuilder &code, Value vector) {
  return arith::BitcastOp::create(code.b, integers(code), vector);
}
static Value asReals(CodeBuilder &code, Value vector) { return arith::BitcastOp::create(code.b, code.vec(), vector); }
static Value splat32(CodeBuilder &code, int32_t value) {
  return code.splat(arith::ConstantIntOp::create(code.b, value, 32));
}
static Value intrinsic(CodeBuilder &code, StringRef name, Type result, ValueRange arguments) {
  return LLVM::CallIntrinsicOp::create(code.b, result, code.b.getStringAttr(name), arguments).getResults();
}

int64_t DenseProduct::elements(int64_t count, bool ends) const {
  int64_t missing = ends && endsInGroup() ? panels.groups * panels.group - depth : 0;
  return count * parts() - missing;
}

void DenseProduct::prepare(CodeBuilder &code, const RowLoad &row, Value prepared, Value /*room*/) const {
  forColumns(code, depth, [&](Value column, Value mask) {
    code.storeVector(row(code, column, mask), code.offset(prepared, column), mask);
  });
}

DenseColumns DenseProduct::widen(CodeBuilder &code, const DenseColumns &columns, Value first, int64_t count,
                                 Value memory) const {
  DenseColumns result{{}, static_cast<int64_t>(columns.vectors.size()) * code.lanes() * 4};
  for (size_t v = 0; v < columns.vectors.size(); ++v)
    result.vectors.push_back(code.offset(memory, v * code.lanes()));
  code.loop(code.constant(0), code.constant(count), 1, [&](Value group) {
    Value from = code.mul(code.add(first, group), columns.stride);
    Value to = code.mul(group, parts() * result.stride);
    for (auto [source, target] : llvm::zip(columns.vectors, result.vectors)) {
      Value numbers = asIntegers(code, code.loadVector(code.offsetBytes(source, from)));
      for (int64_t index = 0; index < parts(); ++index)
        code.storeVector(asReals(code, part(code, numbers, index)),
                         at(code, code.offsetBytes(target, to), index * result.stride));
    }
  });
  return result;
}

void DenseProduct::accumulate(CodeBuilder &code, Value rows, const DenseColumns &columns, int64_t count, Value sums,
                              int64_t tileRows, int64_t sumStride, Value ahead) const {
  size_t width = columns.vectors.size();
  SmallVector<Value> state = loadSums(code, sums, tileRows, width, sumStride);
  auto step = [&](Value element, ValueRange old) {
    SmallVector<Value> weights, next(old);
    if (ahead)
      code.prefetch(code.offsetBytes(ahead, code.mul(element, panels.width * panels.elementBytes / parts())), 2);
    for (Value column : columns.vectors)
      weights.push_back(code.loadVector(code.offsetBytes(column, code.mul(element, columns.stride))));
    Value left = code.offset(rows, element);
    for (int64_t r = 0; r < tileRows; ++r) {
      Value x = code.splat(code.load(leftType(code), at(code, left, r * rowBytes())));
      for (auto [v, w] : llvm::enumerate(weights))
        next[r * width + v] = multiply(code, x, w, next[r * width + v]);
    }
    return next;
  };
  // Whole numbers are added in any order: LLVM would sum the products of several steps apart, in more registers.
  Value from = code.constant(0), to = code.constant(count);
  state = isExact() ? code.reduce(from, to, 1, state, step) : forSteps(code, from, to, state, step);
  storeSums(code, state, sums, width, sumStride);
}

void DenseProduct::accumulateStored(CodeBuilder &code, Value row, const DenseColumns &columns, int64_t groups,
                                    bool ends, Value sums) const {
  int64_t last = elements(groups, ends) - (groups - 1) * parts(); // of the last group
  auto step = [&](Value group, ValueRange state, int64_t count) {
    SmallVector<Value> next(state);
    Value place = code.mul(group, columns.stride), first = code.mul(group, parts());
    SmallVector<Value> stored;
    for (Value column : columns.vectors) {
      Value line = code.offsetBytes(column, place);
      code.prefetch(at(code, line, aheadBytes));
      stored.push_back(asIntegers(code, code.loadVector(line)));
    }
    for (int64_t index = 0; index < count; ++index) {
      Value x = code.splat(code.load(leftType(code), code.offset(row, code.add(first, index))));
      for (auto [v, numbers] : llvm::enumerate(stored))
        next[v] = multiply(code, x, asReals(code, part(code, numbers, index)), next[v]);
    }
    return next;
  };
  int64_t width = columns.vectors.size();
  SmallVector<Value> state = loadSums(code, sums, 1, width, width);
  state = code.reduce(code.constant(0), code.constant(groups - 1), 1, state,
                      [&](Value group, ValueRange old) { return step(group, old, parts()); });
  storeSums(code, step(code.constant(groups - 1), state, last), sums, width, width);
}

SmallVector<Value> DenseProduct::loadSums(CodeBuilder &code, Value sums, int64_t rows, int64_t vectors,
                                          int64_t stride) const {
  SmallVector<Value> state;
  for (int64_t i = 0; i < rows * vectors; ++i) {
    Value sum = code.loadVector(code.offset(sums, (i / vectors * stride + i % vectors) * code.lanes()));
    state.push_back(isExact() ? asIntegers(code, sum) : sum);
  }
  return state;
}

void DenseProduct::storeSums(CodeBuilder &code, ValueRange state, Value sums, int64_t vectors, int64_t stride) const {
  for (auto [i, sum] : llvm::enumerate(state)) {
    int64_t at = static_cast<int64_t>(i) / vectors * stride + static_cast<int64_t>(i) % vectors;
    code.storeVector(isExact() ? asReals(code, sum) : sum, code.offset(sums, at * code.lanes()));
  }
}

namespace {

struct OwnProduct : DenseProduct {
  OwnProduct(LayoutAttr layout, int64_t depth, Precision rows, int64_t numberBytes)
      : DenseProduct(layout, depth, rows, numberBytes) {}
};

/// bf16 weights on a processor without bf16 products: each is the upper half of an f32.
struct WidenedBf16Product : DenseProduct {
  WidenedBf16Product(LayoutAttr layout, int64_t depth, Precision rows) : DenseProduct(layout, depth, rows) {}

  int64_t parts() const override { return 2; }
  Value part(CodeBuilder &code, Value pair, int64_t index) const override {
    if (index == 0)
      return arith::ShLIOp::create(code.b, pair, splat32(code, 16));
    return arith::AndIOp::create(code.b, pair, splat32(code, static_cast<int32_t>(0xffff0000)));
  }
};

/// vdpbf16ps: pairs of bf16, sums in f32; rows are rounded once for all panels.
struct Bf16Product : DenseProduct {
  Bf16Product(LayoutAttr layout, int64_t depth, Precision rows) : DenseProduct(layout, depth, rows) {}

  bool completesGroups() const override { return true; }
  int64_t rowBytes() const override { return llvm::alignTo(panels.groups * 4, 64) + 64; }

  void prepare(CodeBuilder &code, const RowLoad &row, Value prepared, Value /*room*/) const override {
    auto halves = VectorType::get(code.lanes(), code.b.getBF16Type());
    forColumns(code, depth, [&](Value column, Value mask) {
      Value rounded = arith::TruncFOp::create(code.b, halves, row(code, column, mask));
      LLVM::StoreOp::create(code.b, rounded, code.offsetBytes(prepared, code.mul(column, 2)), /*alignment=*/2);
    });
  }
  Value multiply(CodeBuilder &code, Value left, Value weights, Value sum) const override {
    auto pairs = VectorType::get(2 * code.lanes(), code.b.getBF16Type());
    Value x = vector::BitCastOp::create(code.b, pairs, left), w = vector::BitCastOp::create(code.b, pairs, weights);
    return intrinsic(code, "llvm.x86.avx512bf16.dpbf16ps.512", code.vec(), {sum, w, x});
  }
};

/// Rows become the numbers of dialect/ReducedNumbers.h; the scale lies behind a row's numbers.
struct Int8Product : DenseProduct {
  Int8Product(LayoutAttr layout, int64_t depth, Precision rows) : DenseProduct(layout, depth, rows) {}

  bool completesGroups() const override { return true; }
  bool isExact() const override { return true; }
  int64_t scaleAt() const { return panels.groups * 4 * parts(); }
  int64_t rowBytes() const override { return llvm::alignTo(scaleAt() + 4, 64) + 64; }
  Type leftType(CodeBuilder &code) const override { return code.b.getI32Type(); }

  int64_t roomBytes() const override { return rotatedRowBytes(depth); }
  void prepare(CodeBuilder &code, const RowLoad &row, Value prepared, Value room) const override {
    Value scale = writeInt8Row(code, row, depth, room,
                               [&](Value numbers, Value column) { storeNumbers(code, numbers, prepared, column); });
    code.store(scale, at(code, prepared, scaleAt())); // where the last vector may have ended
  }

  Value worth(CodeBuilder &code, Value sums, Value preparedRow, Value column) const override {
    Value real = arith::SIToFPOp::create(code.b, code.vec(), total(code, asIntegers(code, sums), column));
    Value rowScale = code.splat(code.load(code.number(), at(code, preparedRow, scaleAt())));
    return code.fmul(real, code.fmul(rowScale, code.loadVector(at(code, column, panels.scaleOffset()))));
  }

protected:
  /// Sums of numbers times numbers, from what was summed.
  virtual Value total(CodeBuilder &, Value sums, Value /*column*/) const { return sums; }
  /// Writes the lower 16 bits of i32 lanes, from -127 to 127, those of `column` on; groups are complete.
  virtual void storeNumbers(CodeBuilder &code, Value numbers, Value prepared, Value column) const = 0;
};

/// Sixteen-bit numbers multiplied in pairs (pmaddwd): no sum of two can overflow. The pairs of a group are its numbers
/// 0 and 2, then 1 and 3: the even and the odd bytes of the weights, widened by shifts.
struct PairsInt8Product : Int8Product {
  PairsInt8Product(LayoutAttr layout, int64_t depth, Precision rows, StringRef isa)
      : Int8Product(layout, depth, rows), registerLanes(isa == "avx512" ? 16
                                                        : isa == "avx2" ? 8
                                                                        : 4) {}

  int64_t parts() const override { return 2; }

  Value part(CodeBuilder &code, Value group, int64_t index) const override {
    auto words = VectorType::get(2 * code.lanes(), code.b.getI16Type());
    Value pairs = vector::BitCastOp::create(code.b, words, group);
    Value eight = vector::BroadcastOp::create(code.b, words, arith::ConstantIntOp::create(code.b, 8, 16));
    if (index == 0)
      pairs = arith::ShLIOp::create(code.b, pairs, eight);
    pairs = arith::ShRSIOp::create(code.b, pairs, eight);
    return vector::BitCastOp::create(code.b, group.getType(), pairs);
  }
  Value multiply(CodeBuilder &code, Value left, Value weights, Value sum) const override {
    auto words = VectorType::get(2 * code.lanes(), code.b.getI16Type());
    Value x = vector::BitCastOp::create(code.b, words, left), w = vector::BitCastOp::create(code.b, words, weights);
    // LLVM splits vectors, not intrinsics: of a vector wider than a register, each register has its own.
    int64_t lanes = std::min(code.lanes(), registerLanes);
    Value products = arith::ConstantOp::create(code.b, code.b.getZeroAttr(integers(code)));
    for (int64_t lane = 0; lane < code.lanes(); lane += lanes) {
      Value part = intrinsic(code, name(lanes), VectorType::get(lanes, code.b.getI32Type()),
                             {slice(code, x, 2 * lane, 2 * lanes), slice(code, w, 2 * lane, 2 * lanes)});
      products = lanes == code.lanes() ? part
                                       : vector::InsertStridedSliceOp::create(
                                             code.b, part, products, ArrayRef<int64_t>{lane}, ArrayRef<int64_t>{1});
    }
    return arith::AddIOp::create(code.b, sum, products);
  }
  void storeNumbers(CodeBuilder &code, Value numbers, Value prepared, Value column) const override {
    auto words = VectorType::get(code.lanes(), code.b.getI16Type());
    SmallVector<int64_t> order;
    for (int64_t lane = 0; lane < code.lanes(); ++lane)
      order.push_back(lane - lane % 4 + lane % 4 / 2 + lane % 2 * 2);
    Value narrow = arith::TruncIOp::create(code.b, words, numbers);
    Value swapped = vector::ShuffleOp::create(code.b, narrow, narrow, order);
    LLVM::StoreOp::create(code.b, swapped, code.offsetBytes(prepared, code.mul(column, 2)), /*alignment=*/2);
  }

private:
  static StringRef name(int64_t lanes) {
    return lanes == 16  ? "llvm.x86.avx512.pmaddw.d.512"
           : lanes == 8 ? "llvm.x86.avx2.pmadd.wd"
                        : "llvm.x86.sse2.pmadd.wd";
  }
  static Value slice(CodeBuilder &code, Value vector, int64_t from, int64_t count) {
    return vector::ExtractStridedSliceOp::create(code.b, vector, ArrayRef<int64_t>{from}, ArrayRef<int64_t>{count},
                                                 ArrayRef<int64_t>{1});
  }

  const int64_t registerLanes;
};

/// vpdpbusd: four unsigned by four signed bytes. Rows are stored as number + 128, which adds 128 times a column's sum.
struct BytesInt8Product : Int8Product {
  BytesInt8Product(LayoutAttr layout, int64_t depth, Precision rows) : Int8Product(layout, depth, rows) {}

  Value multiply(CodeBuilder &code, Value left, Value weights, Value sum) const override {
    auto bytes = VectorType::get(4 * code.lanes(), code.b.getI8Type());
    Value x = vector::BitCastOp::create(code.b, bytes, left), w = vector::BitCastOp::create(code.b, bytes, weights);
    return intrinsic(code, "llvm.x86.avx512.vpdpbusd.512", sum.getType(), {sum, x, w});
  }
  Value total(CodeBuilder &code, Value sums, Value column) const override {
    Value ofColumns = asIntegers(code, code.loadVector(at(code, column, panels.scaleOffset() + panels.width * 4)));
    return arith::SubIOp::create(code.b, sums, arith::MulIOp::create(code.b, ofColumns, splat32(code, 128)));
  }
  void storeNumbers(CodeBuilder &code, Value numbers, Value prepared, Value column) const override {
    auto bytes = VectorType::get(code.lanes(), code.b.getI8Type());
    Value shifted = arith::AddIOp::create(code.b, numbers, splat32(code, 128));
    LLVM::StoreOp::create(code.b, arith::TruncIOp::create(code.b, bytes, shifted), code.offsetBytes(prepared, column),
                          /*alignment=*/1);
  }
};

} // namespace

std::unique_ptr<DenseProduct> DenseProduct::create(const KernelCode &kernel, LayoutAttr layout, int64_t depth,
                                                   Precision rows) {
  bool wide = kernel.lanes() == 16;
  switch (layout.getStorage()) {
  case Precision::Bf16:
    if (wide && kernel.hasExtension("avx512_bf16"))
      return std::make_unique<Bf16Product>(layout, depth, rows);
    return std::make_unique<WidenedBf16Product>(layout, depth, rows);
  case Precision::Int8:
    if (wide && kernel.hasExtension("avx512_vnni"))
      return std::make_unique<BytesInt8Product>(layout, depth, rows);
    return std::make_unique<PairsInt8Product>(layout, depth, rows, kernel.isa());
  case Precision::Own:
  case Precision::F32: // of rows alone
    break;
  }
  return std::make_unique<OwnProduct>(layout, depth, rows, kernel.numberBytes());
}

} // namespace mlir::attn

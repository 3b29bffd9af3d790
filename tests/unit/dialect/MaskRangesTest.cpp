// The ranges of keys that kernels skip and do not test, against the formula of the mask at every place: random masks,
// sizes and operands. Nothing outside `any` may be visible, everything inside `full` must be.
#include "dialect/MaskRanges.h"
#include "dialect/AttnOps.h"
#include "dialect/MaskFormula.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Parser/Parser.h"
#include "gtest/gtest.h"
#include <random>

using namespace mlir;
using namespace mlir::attn;

namespace {

int64_t floorDivide(int64_t x, int64_t by) { return x / by - (x % by < 0); }

/// The i1 and integer ops of a predicate that these tests draw.
struct Predicate {
  Region *region = nullptr;
  int64_t captured = 0; ///< the sample's element of what it captures

  int64_t at(int64_t i, int64_t j) const {
    llvm::DenseMap<Value, int64_t> known;
    Block &block = region->front();
    known[block.getArgument(2)] = i;
    known[block.getArgument(3)] = j;
    for (Operation &op : block.without_terminator()) {
      auto x = [&](unsigned operand) { return known.lookup(op.getOperand(operand)); };
      int64_t &result = known[op.getResult(0)];
      if (auto constant = dyn_cast<arith::ConstantOp>(op))
        result = cast<IntegerAttr>(constant.getValue()).getValue().getSExtValue() &
                 (op.getResult(0).getType().isInteger(1) ? 1 : -1);
      else if (auto compare = dyn_cast<arith::CmpIOp>(op))
        result = arith::applyCmpPredicate(compare.getPredicate(), APInt(64, x(0), true), APInt(64, x(1), true));
      else if (isa<arith::AddIOp>(op))
        result = x(0) + x(1);
      else if (isa<arith::SubIOp>(op))
        result = x(0) - x(1);
      else if (isa<arith::MulIOp>(op))
        result = x(0) * x(1);
      else if (isa<arith::RemUIOp>(op))
        result = x(0) % x(1);
      else if (isa<tensor::ExtractOp>(op))
        result = captured;
      else if (isa<arith::IndexCastOp>(op))
        result = x(0);
      else if (isa<arith::AndIOp>(op))
        result = x(0) & x(1);
      else if (isa<arith::OrIOp>(op))
        result = x(0) | x(1);
      else if (isa<arith::XOrIOp>(op))
        result = x(0) ^ x(1);
      else
        ADD_FAILURE() << "unknown op";
    }
    return known.lookup(block.getTerminator()->getOperand(0));
  }
};

/// One sample: what masks may ask about, in numbers. A dense mask is one number; ids and flags are a row each; a table
/// of blocks has rows of two.
struct Sample {
  int64_t queries, keys;
  std::vector<std::vector<int64_t>> operands;
  Predicate predicate;
};

struct Numbers {
  using Int = int64_t;
  using Bool = bool;

  const Sample &sample;
  int64_t i = 0, j = 0;

  Int constant(int64_t value) { return value; }
  Int add(Int x, Int y) { return x + y; }
  Int sub(Int x, Int y) { return x - y; }
  Int mul(Int x, int64_t by) { return x * by; }
  Int min(Int x, Int y) { return std::min(x, y); }
  Int max(Int x, Int y) { return std::max(x, y); }
  Int floorDiv(Int x, int64_t by) { return floorDivide(x, by); }
  Int rem(Int x, int64_t by) { return x - by * floorDivide(x, by); }
  Bool less(Int x, Int y) { return x < y; }
  Bool lessEq(Int x, Int y) { return x <= y; }
  Bool equal(Int x, Int y) { return x == y; }
  Bool both(Bool x, Bool y) { return x && y; }
  Bool either(Bool x, Bool y) { return x || y; }
  Bool negate(Bool x) { return !x; }
  Int select(Bool condition, Int yes, Int no) { return condition ? yes : no; }

  // Of a place.
  Int batch() { return 0; }
  Int head() { return 0; }
  Int query() { return i; }
  Int key() { return j; }
  Int diagonal(Alignment alignment) { return i + offset(alignment); }
  Int element(int64_t operand, ArrayRef<Int> place) {
    const std::vector<int64_t> &row = sample.operands[operand];
    return row[row.size() == 1 ? 0 : place.back()];
  }
  Bool listed(int64_t operand, Int row, Int block) {
    const std::vector<int64_t> &table = sample.operands[operand];
    return 2 * row + 1 < int64_t(table.size()) && (table[2 * row] == block || table[2 * row + 1] == block);
  }
  Bool edge(int64_t, int64_t) { return false; } // not drawn
  Bool predicate(ArrayRef<int64_t>) { return sample.predicate.at(i, j); }

  // Of a sample.
  Int queries() { return sample.queries; }
  Int keys() { return sample.keys; }
  Int offset(Alignment alignment) { return alignment == Alignment::TopLeft ? 0 : sample.keys - sample.queries; }
  Int length(int64_t operand) { return sample.operands[operand][0]; }
  Region &predicate() { return *sample.predicate.region; }
  KeyInterval<Int> extremes(int64_t operand, KeyInterval<Int> tokens) {
    KeyInterval<Int> ends{INT32_MAX, INT32_MIN};
    for (int64_t at = tokens.from; at < tokens.to; ++at)
      ends = {std::min(ends.from, sample.operands[operand][at]), std::max(ends.to, sample.operands[operand][at])};
    return ends;
  }
  KeyInterval<Int> tokensBetween(int64_t operand, KeyInterval<Int> tokens, Int low, Int high) {
    KeyInterval<Int> found{tokens.to, tokens.from};
    for (int64_t at = tokens.from; at < tokens.to; ++at)
      if (int64_t element = sample.operands[operand][at]; low <= element && element <= high)
        found = {std::min(found.from, at), at + 1};
    return found;
  }
  KeyInterval<Int> listedBlocks(int64_t operand, KeyInterval<Int> rows, Int low, Int high) {
    KeyInterval<Int> found{high + 1, low};
    const std::vector<int64_t> &table = sample.operands[operand];
    for (int64_t at = 2 * rows.from; at < std::min<int64_t>(2 * rows.to, table.size()); ++at)
      if (low <= table[at] && table[at] <= high)
        found = {std::min(found.from, table[at]), std::max(found.to, table[at] + 1)};
    return found;
  }
};

class MaskRangesTest : public testing::Test {
protected:
  MaskRangesTest() {
    context.loadDialect<AttnDialect, func::FuncDialect, arith::ArithDialect, tensor::TensorDialect>();
  }

  int64_t pick(int64_t from, int64_t to) { return std::uniform_int_distribution<int64_t>(from, to)(random); }
  template <class Choice>
  Choice choose(std::initializer_list<Choice> choices) {
    return choices.begin()[pick(0, choices.size() - 1)];
  }

  MaskAttr node(MaskKind kind, std::initializer_list<int64_t> values, std::initializer_list<int64_t> operands = {},
                ArrayRef<MaskAttr> children = {}) {
    return MaskAttr::get(&context, kind, values, operands, children);
  }

  MaskAttr drawLeaf(const Sample &sample) {
    int64_t width = choose<int64_t>({1, 3, 7, 16}), side = sample.keys / width + 1;
    switch (pick(0, 16)) {
    case 0:
      return node(MaskKind::Causal, {pick(0, 1)});
    case 1:
      return node(MaskKind::Window, {pick(0, 9), pick(0, 9), pick(0, 1), choose<int64_t>({1, 1, 2, 5})});
    case 2:
      return node(MaskKind::Window, {choose<int64_t>({0, INT64_MAX}), choose<int64_t>({2, INT64_MAX}), pick(0, 1), 3});
    case 3:
      return node(MaskKind::Prefix, {choose<int64_t>({0, 1, 9, 40, INT64_MAX})});
    case 4:
      return node(MaskKind::Lengths, {}, {0});
    case 5:
      return node(MaskKind::Blocks, {choose<int64_t>({1, 2, 7, 16, 100}), choose<int64_t>({1, 3, 8, 100, INT32_MAX}),
                                     choose<int64_t>({0, 0, 1, 2, INT32_MAX}), choose<int64_t>({0, 0, 1, INT32_MAX})});
    case 6:
      return node(MaskKind::Strided, {choose<int64_t>({1, 2, 7, 100})});
    case 7:
      return node(MaskKind::Fixed, {7, pick(0, 7)});
    case 8:
      return node(MaskKind::Grid, {side, width, choose<int64_t>({1, 3, 5, 99})});
    case 9:
      return node(MaskKind::Axial, {side, width, pick(0, 1)});
    case 10:
      return node(MaskKind::Global, {choose<int64_t>({0, 1, 5, 1000}), choose<int64_t>({0, 0, 1, 6, 1000})});
    case 11:
      return node(MaskKind::Flags, {}, {1});
    case 12:
      return node(MaskKind::Segments, {}, {2});
    case 13:
      return node(MaskKind::Segments, {}, {2, 3});
    case 14:
    case 15:
      return node(MaskKind::Listed, {choose<int64_t>({1, 3, 8, 100})}, {5});
    default:
      return node(MaskKind::Dense, {}, {4});
    }
  }

  MaskAttr drawMask(const Sample &sample, int depth = 0) {
    int64_t kind = depth < 3 ? pick(0, 9) : 9;
    if (kind > 4)
      return drawLeaf(sample);
    if (kind == 0)
      return node(MaskKind::Not, {}, {}, {drawMask(sample, depth + 1)});
    MaskAttr x = drawMask(sample, depth + 1), y = drawMask(sample, depth + 1);
    return node(kind < 3 ? MaskKind::And : MaskKind::Or, {}, {}, {x, y});
  }

  Sample drawSample() {
    // Operands that have an element for each query and each key are as long as the larger.
    Sample sample{pick(1, 40), pick(0, 40), {}, {}};
    size_t most = std::max<int64_t>(sample.queries, sample.keys) + 1;
    sample.operands = {{pick(0, sample.keys)}, std::vector<int64_t>(most), {}, {}, std::vector<int64_t>(most), {}};
    for (int64_t rows = pick(0, 8), at = 0; at < 2 * rows; ++at)
      sample.operands[5].push_back(choose<int64_t>({-1, 0, 1, 2, 3, 5, 30, INT32_MAX, INT32_MIN}));
    int64_t flagged = choose<int64_t>({0, 1, 5, 30});
    for (int64_t at = 0; at < flagged; ++at)
      sample.operands[1][pick(0, most - 1)] = choose<int64_t>({1, 1, -1});
    bool sorted = pick(0, 1);
    for (int64_t ids : {2, 3})
      for (size_t at = 0; at < most; ++at)
        sample.operands[ids].push_back(sorted ? at / 11 : pick(-1, 1));
    for (int64_t &element : sample.operands[4])
      element = pick(0, 1);
    return sample;
  }

  void check(const Sample &sample, MaskAttr mask) {
    int64_t first = pick(0, sample.queries - 1), last = pick(first, sample.queries - 1);
    int64_t from = pick(0, sample.keys), to = pick(from, sample.keys);
    if (pick(0, 2) == 0)
      from = 0, to = sample.keys;
    Numbers arithmetic{sample};
    KeyBounds<int64_t> bounds = MaskRanges<Numbers>(arithmetic, first, last, {from, to}).of(mask);
    std::string text;
    llvm::raw_string_ostream(text) << mask << " queries " << first << ".." << last << " of " << sample.queries
                                   << ", keys [" << from << ", " << to << ") of " << sample.keys;
    for (int64_t i = first; i <= last; ++i)
      for (int64_t j = from; j < to; ++j) {
        Numbers place{sample, i, j};
        bool visible = MaskFormula(place).visible(mask);
        bool any = bounds.any.from <= j && j < bounds.any.to, full = bounds.full.from <= j && j < bounds.full.to;
        ASSERT_TRUE(any || !visible) << text << ": key " << j << " of query " << i << " is skipped";
        ASSERT_TRUE(!full || visible) << text << ": key " << j << " of query " << i << " is not tested";
        skipped += !any;
        untested += full;
        places += 1;
      }
  }

  MLIRContext context;
  std::mt19937_64 random{20240607};
  int64_t skipped = 0, untested = 0, places = 0;
};

TEST_F(MaskRangesTest, RandomMasks) {
  for (int round = 0; round < 20000; ++round) {
    Sample sample = drawSample();
    check(sample, drawMask(sample));
    if (HasFatalFailure())
      return;
  }
  // Bounds that always say nothing would be right, and useless.
  EXPECT_GT(skipped, places / 5);
  EXPECT_GT(untested, places / 10);
}

/// What can be skipped and what needs no test, in cases small enough to see.
TEST_F(MaskRangesTest, TilesOfQueries) {
  Sample sample{64, 64, {{40}, std::vector<int64_t>(64), {}, {0, 3, 4, 0, 7, -1, 99, 0}}, {}};
  sample.operands[1][40] = -1;
  for (int64_t at = 0; at < 64; ++at)
    sample.operands[2].push_back(at / 12);
  Numbers arithmetic{sample};
  auto expect = [&](MaskAttr mask, KeyInterval<int64_t> any, KeyInterval<int64_t> full, int64_t from = 0) {
    KeyBounds<int64_t> bounds = MaskRanges<Numbers>(arithmetic, 8, 11, {from, 64}).of(mask);
    std::string text;
    llvm::raw_string_ostream(text) << mask;
    for (auto [expected, found] : {std::pair(any, bounds.any), std::pair(full, bounds.full)}) {
      EXPECT_EQ(std::max<int64_t>(expected.to - expected.from, 0), std::max<int64_t>(found.to - found.from, 0)) << text;
      EXPECT_TRUE(expected.from >= expected.to || expected.from == found.from) << text;
    }
  };
  expect(node(MaskKind::Causal, {0}), {0, 12}, {0, 9});
  expect(node(MaskKind::Window, {3, 1, 0, 1}), {5, 13}, {8, 10});
  expect(node(MaskKind::Window, {3, 1, 0, 2}), {2, 14}, {});
  expect(node(MaskKind::Lengths, {}, {0}), {0, 40}, {0, 40});
  expect(node(MaskKind::Blocks, {8, 8, 0, 0}), {8, 16}, {8, 16});
  expect(node(MaskKind::Blocks, {10, 10, 0, 0}), {0, 20}, {});
  expect(node(MaskKind::Blocks, {4, 8, 1, 0}), {8, 24}, {8, 24});
  expect(node(MaskKind::Blocks, {10, 8, 1, 1}), {0, 24}, {0, 16});
  expect(node(MaskKind::Listed, {8}, {3}), {0, 40}, {});
  expect(node(MaskKind::Listed, {8}, {3}), {32, 40}, {32, 40}, 8);
  expect(node(MaskKind::Listed, {4}, {3}), {28, 32}, {28, 32});
  expect(node(MaskKind::Grid, {8, 8, 3}), {0, 24}, {});
  expect(node(MaskKind::Axial, {4, 16, 1}), {0, 16}, {0, 16});
  expect(node(MaskKind::Global, {9, 0}), {0, 64}, {0, 9});
  expect(node(MaskKind::Global, {20, 0}), {0, 64}, {0, 64});
  expect(node(MaskKind::Global, {3, 2}), {0, 64}, {0, 3});
  expect(node(MaskKind::Global, {3, 2}), {62, 64}, {62, 64}, 8);
  expect(node(MaskKind::Global, {0, 56}), {0, 64}, {0, 64});
  expect(node(MaskKind::Flags, {}, {1}), {40, 41}, {});
  expect(node(MaskKind::Segments, {}, {2}), {0, 12}, {0, 12});
  MaskAttr near = node(MaskKind::Window, {3, 1, 0, 1}), prefix = node(MaskKind::Prefix, {10});
  expect(node(MaskKind::Not, {}, {}, {near}), {0, 64}, {13, 64});
  expect(node(MaskKind::Not, {}, {}, {prefix}), {10, 64}, {10, 64});
  expect(node(MaskKind::And, {}, {}, {near, prefix}), {5, 10}, {8, 10});
  // Beyond the window of a tile only the flagged key is left.
  expect(node(MaskKind::Or, {}, {}, {near, node(MaskKind::Flags, {}, {1})}), {40, 41}, {}, 16);
}

/// A predicate of comparisons of linear integers, joined.
std::string drawPredicate(std::mt19937_64 &random) {
  auto pick = [&](int64_t from, int64_t to) { return std::uniform_int_distribution<int64_t>(from, to)(random); };
  std::string text = "%true = arith.constant true\n%n7 = arith.constant 7 : index\n%x0 = arith.remui %i, %n7 : index\n"
                     "%e = tensor.extract %captured[%b] : tensor<?xi32>\n%x1 = arith.index_cast %e : i32 to index\n";
  int integers = 2, truths = 0;
  auto integer = [&]() -> std::string {
    int64_t which = pick(0, integers + 3);
    return which < 2 ? "%i" : which < 4 ? "%j" : "%x" + std::to_string(which - 4);
  };
  auto truth = [&] { return "%t" + std::to_string(pick(std::max(truths - 3, 0), truths - 1)); };
  for (int step = 0; step < 10; ++step) {
    std::string x = "%x" + std::to_string(integers), t = "%t" + std::to_string(truths);
    const char *const ops[] = {"addi", "subi", "muli"};
    const char *const predicates[] = {"sle", "slt", "sge", "sgt", "eq", "ne", "ult"};
    int64_t kind = truths < 2 ? pick(0, 2) : pick(0, 5);
    if (kind == 0)
      text += x + " = arith.constant " + std::to_string(pick(-20, 20)) + " : index\n", ++integers;
    else if (kind == 1)
      text += x + " = arith." + ops[pick(0, 2)] + " " + integer() + ", " + integer() + " : index\n", ++integers;
    else if (kind == 2)
      text += t + " = arith.cmpi " + predicates[pick(0, 6)] + ", " + integer() + ", " + integer() + " : index\n",
          ++truths;
    else
      text += t + " = arith." +
              (kind == 3   ? "andi "
               : kind == 4 ? "ori "
                           : "xori ") +
              truth() + ", " + (kind == 5 ? "%true" : truth()) + " : i1\n",
          ++truths;
  }
  return text + "attn.yield " + (truths ? "%t" + std::to_string(truths - 1) : "%true") + " : i1\n";
}

TEST_F(MaskRangesTest, RandomPredicates) {
  for (int round = 0; round < 2000; ++round) {
    std::string text = "func.func @m(%s: tensor<?x1x?x?xf32>, %n: tensor<?xi32>) {\n"
                       "%r = attn.mask %s where predicate(%n) : tensor<?x1x?x?xf32>, tensor<?xi32> {\n"
                       "^bb0(%b: index, %h: index, %i: index, %j: index, %captured: tensor<?xi32>):\n" +
                       drawPredicate(random) + "}\nreturn\n}\n";
    OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(text, &context);
    ASSERT_TRUE(module) << text;
    module->walk([&](MaskOp op) {
      for (int sizes = 0; sizes < 8 && !HasFatalFailure(); ++sizes) {
        Sample sample = drawSample();
        sample.predicate.region = &op.getPredicate();
        // Also elements that no range can be read of.
        sample.operands[0][0] = choose<int64_t>({0, 3, 17, -20, sample.keys, INT32_MAX, INT32_MIN});
        sample.predicate.captured = sample.operands[0][0];
        check(sample, op.getMask());
      }
    });
    ASSERT_FALSE(HasFatalFailure()) << text;
  }
  EXPECT_GT(skipped, places / 10);
  EXPECT_GT(untested, places / 20);
}

} // namespace

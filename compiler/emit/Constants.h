// Constants in the LLVM dialect, as C would lay them out; private to the stage.
#pragma once

#include "compiler/emit/Entry.h"

namespace mlir::attn {

/// Builds constants; every one is internal to the object.
class ConstantBuilder {
public:
  /// Texts are called `<prefix>_<texts><number>`.
  ConstantBuilder(Entry &entry, std::string texts) : entry(entry), builder(entry.builder), textName(std::move(texts)) {}

  Type structType(ArrayRef<Type> members) const {
    return LLVM::LLVMStructType::getLiteral(builder.getContext(), members);
  }
  Value i32(int64_t value) const { return LLVM::ConstantOp::create(builder, entry.i32(), value); }
  Value null() const { return LLVM::ZeroOp::create(builder, entry.pointer()); }
  Value addressOf(StringRef global) const { return LLVM::AddressOfOp::create(builder, entry.pointer(), global); }

  /// A struct or array of the given members.
  Value aggregate(Type type, ArrayRef<Value> members) const {
    Value result = LLVM::UndefOp::create(builder, type);
    for (auto [index, member] : llvm::enumerate(members))
      result = LLVM::InsertValueOp::create(builder, result, member, ArrayRef<int64_t>{static_cast<int64_t>(index)});
    return result;
  }

  /// A constant whose value `initialise` builds; what other objects may name is hidden from those outside the binary.
  std::string global(const Twine &suffix, Type type, llvm::function_ref<Value()> initialise,
                     LLVM::Linkage linkage = LLVM::Linkage::Internal) const {
    std::string name = entry.name(suffix);
    OpBuilder::InsertionGuard guard(builder);
    auto op = LLVM::GlobalOp::create(builder, type, /*isConstant=*/true, linkage, name, Attribute());
    if (linkage == LLVM::Linkage::External)
      op.setVisibility_(LLVM::Visibility::Hidden);
    builder.createBlock(&op.getInitializerRegion());
    Value value = initialise();
    LLVM::ReturnOp::create(builder, value);
    return name;
  }

  /// The name of a zero-terminated text; equal texts are one global.
  std::string text(StringRef value) {
    auto [known, fresh] = texts.try_emplace(value);
    if (!fresh)
      return known->second;
    std::string name = entry.name(textName + Twine(texts.size() - 1));
    std::string bytes = value.str() + '\0';
    Type type = LLVM::LLVMArrayType::get(builder.getI8Type(), bytes.size());
    LLVM::GlobalOp::create(builder, type, /*isConstant=*/true, LLVM::Linkage::Internal, name,
                           builder.getStringAttr(bytes));
    return known->second = name;
  }

  /// A global that is defined elsewhere in the same binary.
  std::string external(const Twine &suffix) const {
    std::string name = entry.name(suffix);
    auto op = LLVM::GlobalOp::create(builder, builder.getI8Type(), /*isConstant=*/true, LLVM::Linkage::External, name,
                                     Attribute());
    op.setVisibility_(LLVM::Visibility::Hidden);
    return name;
  }

  Entry &entry;
  ImplicitLocOpBuilder &builder;

private:
  std::string textName;
  llvm::StringMap<std::string> texts;
};

} // namespace mlir::attn

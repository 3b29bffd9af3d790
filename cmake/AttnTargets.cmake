# attn_library(NAME SOURCES... [DEPENDS targets...] [GENERATED targets...])
#   A static library `NAME`, aliased attn::<name without "Attn", lower case>; includes start at the repository root.
#   DEPENDS are linked publicly; GENERATED are tablegen targets that must run first.
function(attn_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;DEPENDS;GENERATED" ${ARGN})
  add_library(${name} STATIC ${arg_SOURCES})
  string(REGEX REPLACE "^Attn" "" short ${name})
  string(TOLOWER ${short} short)
  add_library(attn::${short} ALIAS ${name})
  target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR} ${CMAKE_SOURCE_DIR}/runtime/include)
  target_link_libraries(${name} PUBLIC attn::mlir ${arg_DEPENDS})
  attn_compile_options(${name})
  target_precompile_headers(${name} REUSE_FROM attn_mlir_headers)
  if(arg_GENERATED)
    add_dependencies(${name} ${arg_GENERATED})
  endif()
endfunction()

# attn_mlir_headers: MLIR's headers, parsed once. They are four fifths of the time a file takes to compile.
function(attn_add_mlir_headers)
  file(WRITE ${CMAKE_BINARY_DIR}/MlirHeaders.cpp "// Holds the precompiled headers.\n")
  add_library(attn_mlir_headers STATIC ${CMAKE_BINARY_DIR}/MlirHeaders.cpp)
  target_include_directories(attn_mlir_headers PRIVATE ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR} ${CMAKE_SOURCE_DIR}/runtime/include)
  target_link_libraries(attn_mlir_headers PUBLIC attn::mlir)
  attn_compile_options(attn_mlir_headers)
  target_precompile_headers(attn_mlir_headers PRIVATE
    <mlir/Dialect/Arith/IR/Arith.h> <mlir/Dialect/Func/IR/FuncOps.h> <mlir/Dialect/LLVMIR/LLVMDialect.h>
    <mlir/Dialect/Math/IR/Math.h> <mlir/Dialect/SCF/IR/SCF.h> <mlir/Dialect/Tensor/IR/Tensor.h>
    <mlir/Dialect/Vector/IR/VectorOps.h> <mlir/IR/Builders.h> <mlir/IR/BuiltinOps.h> <mlir/IR/ImplicitLocOpBuilder.h>
    <mlir/IR/IRMapping.h> <mlir/IR/PatternMatch.h> <mlir/Pass/Pass.h> <mlir/Pass/PassManager.h>)
endfunction()

# attn_compile_options(target): warnings as the house wants them, sanitizers when asked.
function(attn_compile_options target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wno-unused-parameter -Wno-comment)
  if(ATTN_SANITIZE)
    target_compile_options(${target} PUBLIC -fsanitize=address,undefined -fno-sanitize=vptr -fno-omit-frame-pointer)
    target_link_options(${target} PUBLIC -fsanitize=address,undefined)
    get_target_property(type ${target} TYPE)
    if(type STREQUAL "EXECUTABLE")
      target_sources(${target} PRIVATE ${CMAKE_SOURCE_DIR}/cmake/SanitizerOptions.c)
    endif()
  endif()
endfunction()

# attn_tablegen(TARGET td-file  out-file generator-args...): one generated file in the current build folder.
macro(attn_tablegen td)
  set(LLVM_TARGET_DEFINITIONS ${td})
  mlir_tablegen(${ARGN} EXTRA_INCLUDES ${CMAKE_SOURCE_DIR} ${MLIR_INCLUDE_DIRS})
endmacro()

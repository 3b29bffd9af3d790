# Finds what the compiler stands on. attn::mlir is the one way to link MLIR and LLVM: the shared libraries only,
# since one process must not hold both a static and a shared copy.
find_package(MLIR 22.1 REQUIRED CONFIG HINTS /usr/lib/llvm-22/lib/cmake/mlir)
list(APPEND CMAKE_MODULE_PATH ${MLIR_CMAKE_DIR} ${LLVM_CMAKE_DIR})
include(TableGen)
include(AddLLVM)
include(AddMLIR)

find_library(ATTN_LIBMLIR MLIR HINTS ${LLVM_LIBRARY_DIRS} NO_DEFAULT_PATH REQUIRED)
find_library(ATTN_LIBLLVM LLVM HINTS ${LLVM_LIBRARY_DIRS} NO_DEFAULT_PATH REQUIRED)
add_library(attn_mlir INTERFACE)
add_library(attn::mlir ALIAS attn_mlir)
target_include_directories(attn_mlir SYSTEM INTERFACE ${MLIR_INCLUDE_DIRS} ${LLVM_INCLUDE_DIRS})
target_link_libraries(attn_mlir INTERFACE ${ATTN_LIBMLIR} ${ATTN_LIBLLVM})
target_link_options(attn_mlir INTERFACE "LINKER:-rpath,${LLVM_LIBRARY_DIRS}")

# attn::halide_library: Halide as its wheel brings it, with an LLVM of its own inside.
set(ATTN_HALIDE_DIR ${CMAKE_SOURCE_DIR}/build/deps/halide/halide CACHE PATH "folder of Halide's include/ and lib64/")
find_library(ATTN_LIBHALIDE Halide HINTS ${ATTN_HALIDE_DIR}/lib64 NO_DEFAULT_PATH REQUIRED)
add_library(attn_halide_library INTERFACE)
add_library(attn::halide_library ALIAS attn_halide_library)
target_include_directories(attn_halide_library SYSTEM INTERFACE ${ATTN_HALIDE_DIR}/include)
target_link_libraries(attn_halide_library INTERFACE ${ATTN_LIBHALIDE})
target_link_options(attn_halide_library INTERFACE "LINKER:-rpath,${ATTN_HALIDE_DIR}/lib64")

find_package(Threads REQUIRED)
find_package(GTest REQUIRED)
find_package(Python3 REQUIRED COMPONENTS Interpreter)

# The linker that attnc calls, and the one that links our own tools when present.
find_program(ATTN_LLD ld.lld HINTS ${LLVM_TOOLS_BINARY_DIR} REQUIRED)

// Names and sizes of status codes and element types.
#include "attn/runtime.h"

#include "runtime/Linkage.h"

extern "C" ATTN_RT const char *attn_status_name(attn_status status) {
  switch (status) {
  case ATTN_OK:
    return "ok";
  case ATTN_E_ARGUMENT:
    return "argument";
  case ATTN_E_SHAPE:
    return "shape";
  case ATTN_E_DTYPE:
    return "dtype";
  case ATTN_E_INDEX:
    return "index";
  case ATTN_E_CAPACITY:
    return "capacity";
  case ATTN_E_CPU:
    return "cpu";
  case ATTN_E_FILE:
    return "file";
  case ATTN_E_MEMORY:
    return "memory";
  case ATTN_E_BUSY:
    return "busy";
  }
  return "unknown";
}

extern "C" ATTN_RT const char *attn_dtype_name(attn_dtype dtype) {
  switch (dtype) {
  case ATTN_F32:
    return "f32";
  case ATTN_F64:
    return "f64";
  case ATTN_BF16:
    return "bf16";
  case ATTN_F16:
    return "f16";
  case ATTN_I8:
    return "i8";
  case ATTN_U8:
    return "u8";
  case ATTN_I32:
    return "i32";
  case ATTN_I64:
    return "i64";
  case ATTN_BOOL:
    return "bool";
  }
  return "unknown";
}

extern "C" ATTN_RT uint64_t attn_dtype_bytes(attn_dtype dtype) {
  switch (dtype) {
  case ATTN_F64:
  case ATTN_I64:
    return 8;
  case ATTN_F32:
  case ATTN_I32:
    return 4;
  case ATTN_BF16:
  case ATTN_F16:
    return 2;
  case ATTN_I8:
  case ATTN_U8:
  case ATTN_BOOL:
    return 1;
  }
  return 0;
}

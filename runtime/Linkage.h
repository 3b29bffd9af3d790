// How the runtime's functions are seen by the linker.
//
// Every compiled model carries a copy of the runtime. Weak, so that the copies of several models in one program merge;
// hidden, so that nothing of it leaks from a shared library. Only definitions carry the macro: a weak declaration
// would make a weak reference, which pulls no member out of a static library.
#pragma once

#define ATTN_RT __attribute__((weak, visibility("hidden")))

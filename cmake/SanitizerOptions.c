/* For every program of the sanitizer build. The packaged LLVM is not instrumented, its headers are: what our code
 * poisons in LLVM's allocators LLVM itself would never unpoison. */
const char *__asan_default_options(void);
const char *__asan_default_options(void) { return "allow_user_poisoning=0"; }

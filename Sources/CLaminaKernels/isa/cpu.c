// What the processor can run.

#include "../include/lamina_cpu.h"

#if defined(__x86_64__)
uint32_t lamina_cpu_features(void) {
  __builtin_cpu_init();
  bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
    __builtin_cpu_supports("f16c") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
  bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
    __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
    __builtin_cpu_supports("avx512vnni");
  bool brain = avx512 && __builtin_cpu_supports("avx512bf16");
  return (avx2 ? lamina_cpu_avx2 : 0) | (avx512 ? lamina_cpu_avx512 : 0) |
    (brain ? lamina_cpu_avx512bf16 : 0);
}
#elif defined(__aarch64__)
uint32_t lamina_cpu_features(void) { return lamina_cpu_neon; }
#else
uint32_t lamina_cpu_features(void) { return 0; }
#endif

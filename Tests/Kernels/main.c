// Compares the kernels of instruction sets with the plain ones.
//
//   compare [SET …]    without arguments all sets that the processor has; the plain kernels run
//                      beside each of them

#include "guard.h"
#include <stdio.h>
#include <string.h>

const lamina_kernels *sets[2] = {&lamina_kernels__scalar, &lamina_kernels__scalar};

#if defined(__x86_64__)
/// AVX-512 and the kernels of processors that multiply bfloat16, as the backend joins them.
static lamina_kernels brain_set(void) {
  lamina_kernels set = lamina_kernels__avx512;
  set.name = "avx512bf16";
  set.bf16_product = lamina_bf16_product_14x32__avx512bf16;
  set.bf16_depthwise = lamina_bf16_depthwise__avx512bf16;
  set.bf16_pool = lamina_bf16_pool__avx512bf16;
  set.bf16_unary = lamina_bf16_unary__avx512bf16;
  set.bf16_binary = lamina_bf16_binary__avx512bf16;
  set.bf16_widen = lamina_bf16_widen__avx512bf16;
  set.bf16_narrow = lamina_bf16_narrow__avx512bf16;
  set.bf16_roof = lamina_bf16_roof__avx512bf16;
  return set;
}
#endif

/// A set, and the bits of `lamina_cpu_features` that it needs.
typedef struct known_set {
  const lamina_kernels *kernels;
  uint32_t needs;
} known_set;

int main(int count, char **names) {
#if defined(__x86_64__)
  const lamina_kernels brain = brain_set();
#endif
  const known_set known[] = {
#if defined(__x86_64__)
    {&lamina_kernels__avx2, lamina_cpu_avx2},
    {&lamina_kernels__avx512, lamina_cpu_avx512},
    {&brain, lamina_cpu_avx512bf16},
#elif defined(__aarch64__)
    {&lamina_kernels__neon, lamina_cpu_neon},
#else
    {&lamina_kernels__scalar, 0},
#endif
  };
  name_crashes();
  size_t differences = 0, compared = 0;
  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
    bool is_named = count < 2;
    for (int n = 1; n < count; n++) is_named |= strcmp(names[n], known[i].kernels->name) == 0;
    if (!is_named || (lamina_cpu_features() & known[i].needs) != known[i].needs) continue;
    differences += compare_set(known[i].kernels);
    compared++;
  }
  const bool all = count < 2 || compared == (size_t)count - 1;
  if (!all) puts("this processor has not all of these sets");
  return differences || !all;
}

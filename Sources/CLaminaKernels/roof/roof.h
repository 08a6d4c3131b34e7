// What one core can do at most: multiply-adds that wait for nothing, and reads that use nothing.

LAMINA_TARGET double LAMINA_KERNEL(f32_roof)(size_t rounds) {
  vf sums[ROOF_CHAINS];
  for (size_t i = 0; i < ROOF_CHAINS; i++) sums[i] = vf_set((float)i);
  const vf a = vf_set(0.5f), b = vf_set(0.25f);
  for (size_t r = 0; r < rounds; r++) {
    _Pragma("clang loop unroll(full)")
    for (size_t i = 0; i < ROOF_CHAINS; i++) sums[i] = vf_fma(sums[i], a, b);
    __asm__ volatile("" ::: "memory");
  }
  double total = 0;
  for (size_t i = 0; i < ROOF_CHAINS; i++) total += vf_sum(sums[i]);
  return total;
}

LAMINA_TARGET double LAMINA_KERNEL(i8_roof)(size_t rounds) {
  vi sums[ROOF_CHAINS];
  for (size_t i = 0; i < ROOF_CHAINS; i++) sums[i] = vi_set((int32_t)i);
  // Read again in every round: the compiler would else multiply the products by the rounds.
  volatile int32_t source = 0x01010101;
  for (size_t r = 0; r < rounds; r++) {
    const vi row = vi_set(source);
    _Pragma("clang loop unroll(full)")
    for (size_t i = 0; i < ROOF_CHAINS; i++) sums[i] = dot_add(sums[i], row, row);
  }
  double total = 0;
  for (size_t i = 0; i < ROOF_CHAINS; i++) total += vf_sum(vf_from_int(sums[i]));
  return total;
}

#include "pairs.h"

LAMINA_TARGET double LAMINA_KERNEL(x32_roof)(const float *x, size_t count) {
  vf sums[4] = {vf_set(0), vf_set(0), vf_set(0), vf_set(0)};
  for (size_t i = 0; i + 4 * LANES <= count; i += 4 * LANES) {
    _Pragma("clang loop unroll(full)")
    for (size_t j = 0; j < 4; j++) sums[j] = vf_add(sums[j], vf_load(x + i + j * LANES));
  }
  return vf_sum(vf_add(vf_add(sums[0], sums[1]), vf_add(sums[2], sums[3])));
}

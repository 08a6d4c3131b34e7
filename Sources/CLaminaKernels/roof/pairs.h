// What one core can do at most with pairs of bfloat16.

LAMINA_TARGET double LAMINA_KERNEL(bf16_roof)(size_t rounds) {
  vf sums[ROOF_CHAINS];
  for (size_t i = 0; i < ROOF_CHAINS; i++) sums[i] = vf_set((float)i);
  // Read again in every round: the compiler would else multiply the products by the rounds.
  volatile int32_t source = 0x3f003f00;
  for (size_t r = 0; r < rounds; r++) {
    const vi row = vi_set(source);
    _Pragma("clang loop unroll(full)")
    for (size_t i = 0; i < ROOF_CHAINS; i++) sums[i] = vf_pair_dot(sums[i], row, row);
  }
  double total = 0;
  for (size_t i = 0; i < ROOF_CHAINS; i++) total += vf_sum(sums[i]);
  return total;
}

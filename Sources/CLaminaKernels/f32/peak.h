// How fast a core multiplies and adds when nothing has to be loaded.

LAMINA_TARGET float LAMINA_KERNEL(f32_peak)(size_t rounds, float factor) {
  vf sums[lamina_f32_peak_chains];
  for (size_t i = 0; i < lamina_f32_peak_chains; i++) sums[i] = vf_set((float)i);
  const vf by = vf_set(factor), more = vf_set(1);
  for (size_t round = 0; round < rounds; round++) {
    _Pragma("clang loop unroll(full)")
    for (size_t i = 0; i < lamina_f32_peak_chains; i++) sums[i] = vf_fma(sums[i], by, more);
  }
  vf total = vf_set(0);
  for (size_t i = 0; i < lamina_f32_peak_chains; i++) total = vf_add(total, sums[i]);
  return vf_sum(total);
}

// Between half and single precision.

LAMINA_TARGET void LAMINA_KERNEL(f32_from_half)(const uint16_t *x, float *y, size_t count) {
  size_t i = 0;
  for (; i + LANES <= count; i += LANES) vf_store(y + i, vf_load_half(x + i));
  if (i < count) {
    uint16_t rest[LANES] = {0};
    memcpy(rest, x + i, (count - i) * sizeof rest[0]);
    vf_store_n(y + i, vf_load_half(rest), count - i);
  }
}

LAMINA_TARGET void LAMINA_KERNEL(f32_to_half)(const float *x, uint16_t *y, size_t count) {
  size_t i = 0;
  for (; i + LANES <= count; i += LANES) vf_store_half(y + i, vf_load(x + i));
  if (i < count) {
    uint16_t rest[LANES];
    vf_store_half(rest, vf_load_n(x + i, count - i));
    memcpy(y + i, rest, (count - i) * sizeof rest[0]);
  }
}

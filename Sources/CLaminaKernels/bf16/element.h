// Elements of bfloat16, the upper half of a float32, for the kernels shared by all floats.
//
// Weights of products are pairs too: those of two neighbouring rows, in one 32-bit word a column.

#undef FLOAT
#undef FLOAT_PRODUCT
#undef FLOAT_DEPTHWISE
#undef FLOAT_POOL
#undef FLOAT_UNARY
#undef FLOAT_ELEMENT
#undef FLOAT_GROUP
#undef FLOAT_VALUE
#undef FLOAT_WEIGHT_BYTES
#undef FLOAT_SCALES

#define FLOAT(stem) bf16_##stem
#define FLOAT_PRODUCT LAMINA_TILE(bf16_product)
#define FLOAT_DEPTHWISE LAMINA_KERNEL(bf16_depthwise)
#define FLOAT_POOL LAMINA_KERNEL(bf16_pool)
#define FLOAT_UNARY LAMINA_KERNEL(bf16_unary)

#define FLOAT_ELEMENT uint16_t
#define FLOAT_GROUP 2
#define FLOAT_VALUE vi
#define FLOAT_WEIGHT_BYTES 4
#define FLOAT_SCALES 0

LAMINA_INLINE vf bf16_load(const uint16_t *p) { return vf_load_brain(p); }
LAMINA_INLINE vf bf16_load_n(const uint16_t *p, size_t n) { return vf_load_brain_n(p, n); }
LAMINA_INLINE void bf16_store(uint16_t *p, vf x) { vf_store_brain(p, x); }
LAMINA_INLINE void bf16_store_n(uint16_t *p, vf x, size_t n) { vf_store_brain_n(p, x, n); }

/// The pair at `p` in every lane.
LAMINA_INLINE vi bf16_value(const uint16_t *p) {
  int32_t pair;
  memcpy(&pair, p, sizeof pair);
  return vi_set(pair);
}
/// One element and a zero in every lane: a row of odd length ends so.
LAMINA_INLINE vi bf16_last_value(const uint16_t *p) { return vi_half(p); }
LAMINA_INLINE vi bf16_weights(const uint8_t *p) { return vi_load((const int32_t *)p); }
LAMINA_INLINE vf bf16_sum(vf sum, vi value, vi weights) {
  return vf_pair_dot(sum, value, weights);
}
LAMINA_INLINE void bf16_copy(uint16_t *to, const uint16_t *from, size_t count) {
  memcpy(to, from, count * sizeof *to);
}

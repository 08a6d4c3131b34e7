// Elements of float32 whose weights are 16-bit floats, for the product shared by all floats.

#undef FLOAT
#undef FLOAT_PRODUCT
#undef FLOAT_WEIGHT_BYTES
#undef FLOAT_SCALES

#define FLOAT(stem) f32_half_##stem
#define FLOAT_PRODUCT LAMINA_TILE(f32_half_product)
#define FLOAT_WEIGHT_BYTES 2
#define FLOAT_SCALES 0

LAMINA_INLINE vf f32_half_load_n(const float *p, size_t n) { return f32_load_n(p, n); }
LAMINA_INLINE void f32_half_store_n(float *p, vf x, size_t n) { f32_store_n(p, x, n); }
LAMINA_INLINE vf f32_half_value(const float *p) { return f32_value(p); }
LAMINA_INLINE vf f32_half_last_value(const float *p) { return f32_last_value(p); }
LAMINA_INLINE vf f32_half_weights(const uint8_t *p) { return vf_load_half((const uint16_t *)p); }
LAMINA_INLINE vf f32_half_sum(vf sum, vf value, vf weights) {
  return f32_sum(sum, value, weights);
}
LAMINA_INLINE void f32_half_copy(float *to, const float *from, size_t count) {
  f32_copy(to, from, count);
}

// Elements of float32 for a product that reads other weights: as in element.h.

LAMINA_INLINE vf FLOAT(load_n)(const float *p, size_t n) { return f32_load_n(p, n); }
LAMINA_INLINE void FLOAT(store)(float *p, vf x) { f32_store(p, x); }
LAMINA_INLINE void FLOAT(store_n)(float *p, vf x, size_t n) { f32_store_n(p, x, n); }
LAMINA_INLINE vf FLOAT(value)(const float *p) { return f32_value(p); }
LAMINA_INLINE vf FLOAT(last_value)(const float *p) { return f32_last_value(p); }
LAMINA_INLINE vf FLOAT(sum)(vf sum, vf value, vf weights) { return f32_sum(sum, value, weights); }
LAMINA_INLINE void FLOAT(copy)(float *to, const float *from, size_t count) {
  f32_copy(to, from, count);
}

// Elements of float32, for the kernels shared by all floats.

#define FLOAT(stem) f32_##stem
#define FLOAT_PRODUCT LAMINA_TILE(f32_product)
#define FLOAT_DEPTHWISE LAMINA_KERNEL(f32_depthwise)
#define FLOAT_POOL LAMINA_KERNEL(f32_pool)
#define FLOAT_UNARY LAMINA_KERNEL(f32_unary)

#define FLOAT_ELEMENT float
/// Neighbouring elements of a row that one step multiplies; a vector of what they are held in.
#define FLOAT_GROUP 1
#define FLOAT_VALUE vf
/// Bytes of the weights that a group meets in one column.
#define FLOAT_WEIGHT_BYTES 4
/// Whether each column has a scale.
#define FLOAT_SCALES 0

LAMINA_INLINE vf f32_load(const float *p) { return vf_load(p); }
LAMINA_INLINE vf f32_load_n(const float *p, size_t n) { return vf_load_n(p, n); }
LAMINA_INLINE void f32_store(float *p, vf x) { vf_store(p, x); }
LAMINA_INLINE void f32_store_n(float *p, vf x, size_t n) { vf_store_n(p, x, n); }

/// The group at `p` in every lane, and the same where only part of a group is left.
LAMINA_INLINE vf f32_value(const float *p) { return vf_set(*p); }
LAMINA_INLINE vf f32_last_value(const float *p) { return vf_set(*p); }
LAMINA_INLINE vf f32_weights(const uint8_t *p) { return vf_load((const float *)p); }
LAMINA_INLINE vf f32_sum(vf sum, vf value, vf weights) { return vf_fma(value, weights, sum); }

/// Copies `count` floats, a few at a time.
LAMINA_INLINE void f32_copy(float *to, const float *from, size_t count) {
  for (; count >= LANES; count -= LANES, to += LANES, from += LANES) vf_store(to, vf_load(from));
  if (count) vf_store_n(to, vf_load_n(from, count), count);
}

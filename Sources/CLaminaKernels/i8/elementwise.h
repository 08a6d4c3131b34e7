// Element-wise kernels over bytes, computed in real numbers.

/// The real number that a vector of bytes stands for.
LAMINA_INLINE vf i8_real(const uint8_t *p, size_t n, vi flip, vf zero, vf scale) {
  return vf_mul(vf_sub(vf_from_int(vi_xor(vi_bytes_n(p, n), flip)), zero), scale);
}

LAMINA_TARGET void LAMINA_KERNEL(i8_dequantize)(
  const uint8_t *x, float *y, size_t count, float scale, int32_t zero, bool is_signed) {
  const vi flip = vi_set(is_signed ? 0x80 : 0);
  const vf origin = vf_set((float)(zero + (is_signed ? 0x80 : 0)));
  for (size_t i = 0; i < count; i += LANES) {
    size_t n = count - i < LANES ? count - i : LANES;
    vf_store_n(y + i, i8_real(x + i, n, flip, origin, vf_set(scale)), n);
  }
}

LAMINA_TARGET void LAMINA_KERNEL(i8_quantize)(
  const float *x, uint8_t *y, size_t count, float scale, int32_t zero, int32_t low,
  int32_t high, bool rounds_to_even) {
  for (size_t i = 0; i < count; i += LANES) {
    size_t n = count - i < LANES ? count - i : LANES;
    vf quanta = vf_div(vf_load_n(x + i, n), vf_set(scale));
    i8_store_quanta(quanta, zero, low, high, rounds_to_even, y + i, n);
  }
}

/// One operand of a line: the next elements, or the same value again.
LAMINA_INLINE vf i8_operand(
  const uint8_t *line, bool steps, size_t i, size_t n, vi flip, vf zero, vf scale) {
  if (steps) return i8_real(line + i, n, flip, zero, scale);
  vi value = vi_xor(vi_set(*line), flip);
  return vf_mul(vf_sub(vf_from_int(value), zero), scale);
}

LAMINA_INLINE void i8_pair_lines(
  f32_pair_function *function, const lamina_i8_pairing *pairing, const uint8_t *a,
  const uint8_t *b, uint8_t *y) {
  const lamina_pairing *shape = &pairing->shape;
  const vi a_flip = vi_set(pairing->a_signed ? 0x80 : 0);
  const vi b_flip = vi_set(pairing->b_signed ? 0x80 : 0);
  const vf a_zero = vf_set((float)(pairing->a_zero + (pairing->a_signed ? 0x80 : 0)));
  const vf b_zero = vf_set((float)(pairing->b_zero + (pairing->b_signed ? 0x80 : 0)));
  const vf a_scale = vf_set(pairing->a_scale), b_scale = vf_set(pairing->b_scale);
  const vf quanta = vf_set(1 / pairing->y_scale);
  for (size_t r = 0; r < shape->outer; r++) {
    for (size_t i = 0; i < shape->inner; i += LANES) {
      size_t n = shape->inner - i < LANES ? shape->inner - i : LANES;
      vf left = i8_operand(a, shape->a_inner, i, n, a_flip, a_zero, a_scale);
      vf right = i8_operand(b, shape->b_inner, i, n, b_flip, b_zero, b_scale);
      i8_store_quanta(
        vf_mul(function(left, right), quanta), pairing->y_zero, pairing->y_low,
        pairing->y_high, pairing->rounds_to_even, y + i, n);
    }
    a += shape->a_outer;
    b += shape->b_outer;
    y += shape->y_outer;
  }
}

/// Sums of lines whose elements all step: 64 and more at a time.
LAMINA_INLINE void i8_sum_lines(
  const lamina_i8_pairing *pairing, float sign, const uint8_t *a, const uint8_t *b,
  uint8_t *y) {
  const lamina_pairing *shape = &pairing->shape;
  const size_t width = 2 * LANES, whole = shape->inner / width;
  const i8_blend blend = i8_blend_of(
    (i8_term){pairing->a_scale, pairing->a_zero, pairing->a_signed},
    (i8_term){sign * pairing->b_scale, pairing->b_zero, pairing->b_signed}, pairing->y_scale,
    pairing->y_zero, pairing->y_low, pairing->y_high, pairing->rounds_to_even);
  for (size_t r = 0; r < shape->outer; r++) {
    i8_blend_rows(&blend, whole, width, a, width, b, width, y, width);
    size_t done = whole * width;
    i8_blend_rows(&blend, 1, shape->inner - done, a + done, 0, b + done, 0, y + done, 0);
    a += shape->a_outer;
    b += shape->b_outer;
    y += shape->y_outer;
  }
}

#define I8_BINARY_CASE(stem) \
  case lamina_binary_##stem: \
    i8_pair_lines(f32_pair_##stem, pairing, a, b, y); \
    break;

LAMINA_TARGET void LAMINA_KERNEL(i8_binary)(
  lamina_binary function, const lamina_i8_pairing *pairing, const uint8_t *a, const uint8_t *b,
  uint8_t *y) {
  if (pairing->shape.a_inner && pairing->shape.b_inner) {
    if (function == lamina_binary_add) return i8_sum_lines(pairing, 1, a, b, y);
    if (function == lamina_binary_subtract) return i8_sum_lines(pairing, -1, a, b, y);
  }
  switch (function) {
    I8_BINARY_CASE(add)
    I8_BINARY_CASE(subtract)
    I8_BINARY_CASE(multiply)
    I8_BINARY_CASE(divide)
    I8_BINARY_CASE(minimum)
    I8_BINARY_CASE(maximum)
    I8_BINARY_CASE(squared_difference)
    I8_BINARY_CASE(prelu)
    case lamina_binary_power:
      break;
  }
}
#undef I8_BINARY_CASE

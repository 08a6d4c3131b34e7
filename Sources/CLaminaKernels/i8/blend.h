// Sums of bytes of different scales, and how quanta become bytes.

/// Shifts, clamps and writes one vector of quanta.
LAMINA_INLINE void i8_store(
  vi quanta, int32_t low, int32_t high, int32_t zero, uint8_t *y, size_t count) {
  vi bounded = vi_min(vi_set(high - zero), vi_max(vi_set(low - zero), quanta));
  vi_store_bytes(y, vi_add(bounded, vi_set(zero)), count);
}

/// The nearest whole number, ties to even or away from zero; what is large stays large.
LAMINA_INLINE vi i8_round(vf real, bool to_even) {
  real = vf_min(vf_set(0x1p16f), real);
  if (to_even) return vi_from_float(real);
  return vi_truncate(vf_add(real, vf_copysign(vf_set(0.5f), real)));
}

/// Real quanta to the nearest byte.
LAMINA_INLINE void i8_store_quanta(
  vf quanta, int32_t zero, int32_t low, int32_t high, bool to_even, uint8_t *y, size_t n) {
  vf known = vf_where_nan(quanta, vf_set(0), quanta);
  i8_store(i8_round(vf_max(vf_set(-0x1p16f), known), to_even), low, high, zero, y, n);
}

/// How one operand's bytes become real numbers.
typedef struct i8_term {
  float scale;
  int32_t zero;
  bool is_signed;
} i8_term;

/// Two operands' lifted bytes to quanta of a result: a · a_factor + b · b_factor + offset.
typedef struct i8_blend {
  float a_factor, b_factor, offset;
  int32_t a_flip, b_flip;
  int32_t zero, low, high;
  bool to_even;
} i8_blend;

LAMINA_INLINE i8_blend i8_blend_of(
  i8_term a, i8_term b, float scale, int32_t zero, int32_t low, int32_t high, bool to_even) {
  const int32_t a_lift = a.is_signed ? 0x80 : 0, b_lift = b.is_signed ? 0x80 : 0;
  const double a_factor = (double)a.scale / scale, b_factor = (double)b.scale / scale;
  const double offset = -a_factor * (a.zero + a_lift) - b_factor * (b.zero + b_lift);
  return (i8_blend){
    .a_factor = (float)a_factor, .b_factor = (float)b_factor, .offset = (float)offset,
    .a_flip = a_lift, .b_flip = b_lift, .zero = zero, .low = low, .high = high,
    .to_even = to_even};
}

/// The quanta of one vector; `b` may be null.
LAMINA_INLINE vi i8_blend_lanes(
  const i8_blend *blend, const uint8_t *a, const uint8_t *b, size_t n) {
  vf real = vf_fma(
    vf_from_int(vi_xor(vi_bytes_n(a, n), vi_set(blend->a_flip))), vf_set(blend->a_factor),
    vf_set(blend->offset));
  if (b) {
    vi other = vi_xor(vi_bytes_n(b, n), vi_set(blend->b_flip));
    real = vf_fma(vf_from_int(other), vf_set(blend->b_factor), real);
  }
  return i8_round(real, blend->to_even);
}

#ifdef LAMINA_STORES_PAIRS
/// Two rows of up to two vectors.
LAMINA_INLINE void i8_blend_pair(
  const i8_blend *blend, size_t columns, const uint8_t *a, size_t a_stride, const uint8_t *b,
  size_t b_stride, uint8_t *y, size_t y_stride) {
  const size_t first = columns < LANES ? columns : LANES;
  vi quanta[2][2];
  _Pragma("clang loop unroll(full)")
  for (size_t i = 0; i < 2; i++) {
    const uint8_t *left = a + i * a_stride, *right = b ? b + i * b_stride : NULL;
    quanta[i][0] = i8_blend_lanes(blend, left, right, first);
    quanta[i][1] =
      i8_blend_lanes(blend, left + LANES, right ? right + LANES : NULL, columns - first);
  }
  vi_store_pair(
    quanta[0], quanta[1], blend->low, blend->high, blend->zero, y, y + y_stride, columns);
}
#endif

/// Rows of up to `TILE_VECTORS` vectors; the result may overwrite `b`.
LAMINA_INLINE void i8_blend_rows(
  const i8_blend *blend, size_t rows, size_t columns, const uint8_t *a, size_t a_stride,
  const uint8_t *b, size_t b_stride, uint8_t *y, size_t y_stride) {
  size_t i = 0;
#ifdef LAMINA_STORES_PAIRS
  for (; i + 2 <= rows; i += 2) {
    const uint8_t *left = a + i * a_stride, *right = b ? b + i * b_stride : NULL;
    uint8_t *to = y + i * y_stride;
    if (columns == 2 * LANES) {
      i8_blend_pair(blend, 2 * LANES, left, a_stride, right, b_stride, to, y_stride);
    } else {
      i8_blend_pair(blend, columns, left, a_stride, right, b_stride, to, y_stride);
    }
  }
#endif
  for (; i < rows; i++) {
    for (size_t c = 0; c < columns; c += LANES) {
      size_t n = columns - c < LANES ? columns - c : LANES;
      vi quanta = i8_blend_lanes(
        blend, a + i * a_stride + c, b ? b + i * b_stride + c : NULL, n);
      i8_store(
        quanta, blend->low, blend->high, blend->zero, y + i * y_stride + c, n);
    }
  }
}

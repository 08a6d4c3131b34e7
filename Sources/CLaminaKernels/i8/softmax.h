// Softmax of lines of bytes, with the exponential function read from a table.

/// Distances from the largest byte that there can be.
#define I8_DISTANCES 256

/// The largest of a line's bytes, each with the bits of `flip` flipped.
LAMINA_INLINE uint8_t i8_line_largest(const uint8_t *x, size_t count, uint8_t flip) {
  uint8_t largest = 0;
  for (size_t i = 0; i < count; i++) {
    uint8_t value = x[i] ^ flip;
    largest = value > largest ? value : largest;
  }
  return largest;
}

/// The sum of what a table has for a line's bytes, as four sums that need not wait for each other.
LAMINA_INLINE float i8_line_sum(const float *table, const uint8_t *x, size_t count) {
  float sums[4] = {0, 0, 0, 0};
  size_t i = 0;
  _Pragma("clang loop vectorize(disable)")
  for (; i + 4 <= count; i += 4) {
    _Pragma("clang loop unroll(full)")
    for (size_t j = 0; j < 4; j++) sums[j] += table[x[i + j]];
  }
  for (; i < count; i++) sums[0] += table[x[i]];
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

LAMINA_INLINE void i8_line_quantize(
  const lamina_i8_softmax *softmax, const float *x, uint8_t *y, size_t count) {
  LAMINA_KERNEL(i8_quantize)(
    x, y, count, softmax->y_scale, softmax->y_zero, softmax->y_low, softmax->y_high,
    softmax->rounds_to_even);
}

/// A line with fewer bytes than there can be different ones.
LAMINA_INLINE void i8_softmax_short(
  const lamina_i8_softmax *softmax, const uint8_t *x, uint8_t *y, size_t count, uint8_t flip) {
  const uint8_t peak = i8_line_largest(x, count, flip);
  float likely[I8_DISTANCES], total = 0;
  for (size_t i = 0; i < count; i++) {
    likely[i] = softmax->powers[peak - (x[i] ^ flip)];
    total += likely[i];
  }
  for (size_t i = 0; i < count; i++) likely[i] *= 1 / total;
  i8_line_quantize(softmax, likely, y, count);
}

/// A long line: the results of all bytes are made before, and looked up.
LAMINA_INLINE void i8_softmax_long(
  const lamina_i8_softmax *softmax, const uint8_t *x, uint8_t *y, size_t count, uint8_t flip) {
  const uint8_t peak = i8_line_largest(x, count, flip);
  float likely[I8_DISTANCES] = {0};
  // Lanes that scatter are slower than single stores.
  _Pragma("clang loop vectorize(disable)")
  for (size_t i = 0; i <= peak; i++) likely[i ^ flip] = softmax->powers[peak - i];
  const float part = 1 / i8_line_sum(likely, x, count);
  for (size_t i = 0; i < I8_DISTANCES; i++) likely[i] *= part;
  uint8_t codes[I8_DISTANCES];
  i8_line_quantize(softmax, likely, codes, I8_DISTANCES);
  lamina_i8_lookup(codes, x, y, count);
}

LAMINA_TARGET void LAMINA_KERNEL(i8_softmax)(
  const lamina_i8_softmax *softmax, const uint8_t *x, uint8_t *y, size_t lines, size_t count) {
  const uint8_t flip = softmax->is_signed ? 0x80 : 0;
  for (size_t line = 0; line < lines; line++, x += count, y += count) {
    if (count < I8_DISTANCES) {
      i8_softmax_short(softmax, x, y, count, flip);
    } else {
      i8_softmax_long(softmax, x, y, count, flip);
    }
  }
}
#undef I8_DISTANCES

// Transposition of a matrix, in square tiles that stay in the first-level cache.
//
// For elements of one width: the including file defines TRANSPOSED(stem), TRANSPOSED_ELEMENT
// and TRANSPOSED_KERNEL.

#define TRANSPOSED_LANES 16
typedef TRANSPOSED_ELEMENT TRANSPOSED(vector)
  __attribute__((vector_size(TRANSPOSED_LANES * sizeof(TRANSPOSED_ELEMENT)),
                 aligned(sizeof(TRANSPOSED_ELEMENT))));

/// Sixteen elements of three rows, one after another: pairs first, then every third.
LAMINA_INLINE void TRANSPOSED(interleave_vectors)(
  const TRANSPOSED_ELEMENT *x, size_t x_stride, TRANSPOSED_ELEMENT *to) {
  const TRANSPOSED(vector) a = *(const TRANSPOSED(vector) *)x;
  const TRANSPOSED(vector) b = *(const TRANSPOSED(vector) *)(x + x_stride);
  const TRANSPOSED(vector) c = *(const TRANSPOSED(vector) *)(x + 2 * x_stride);
  TRANSPOSED(vector) *y = (TRANSPOSED(vector) *)to;
  TRANSPOSED(vector) pairs_0 = __builtin_shufflevector(
    a, b, 0, 16, -1, 1, 17, -1, 2, 18, -1, 3, 19, -1, 4, 20, -1, 5);
  y[0] = __builtin_shufflevector(
    pairs_0, c, 0, 1, 16, 3, 4, 17, 6, 7, 18, 9, 10, 19, 12, 13, 20, 15);
  TRANSPOSED(vector) pairs_1 = __builtin_shufflevector(
    a, b, 21, -1, 6, 22, -1, 7, 23, -1, 8, 24, -1, 9, 25, -1, 10, 26);
  y[1] = __builtin_shufflevector(
    pairs_1, c, 0, 21, 2, 3, 22, 5, 6, 23, 8, 9, 24, 11, 12, 25, 14, 15);
  TRANSPOSED(vector) pairs_2 = __builtin_shufflevector(
    a, b, -1, 11, 27, -1, 12, 28, -1, 13, 29, -1, 14, 30, -1, 15, 31, -1);
  y[2] = __builtin_shufflevector(
    pairs_2, c, 26, 1, 2, 27, 4, 5, 28, 7, 8, 29, 10, 11, 30, 13, 14, 31);
}

/// Few rows, whose elements follow each other in the result.
LAMINA_INLINE void TRANSPOSED(interleave)(
  const size_t rows, const TRANSPOSED_ELEMENT *x, TRANSPOSED_ELEMENT *y, size_t columns,
  size_t x_stride) {
  size_t i = 0;
  for (; rows == 3 && i + TRANSPOSED_LANES <= columns; i += TRANSPOSED_LANES) {
    TRANSPOSED(interleave_vectors)(x + i, x_stride, y + 3 * i);
  }
  for (; i < columns; i++) {
    for (size_t j = 0; j < rows; j++) y[i * rows + j] = x[j * x_stride + i];
  }
}

/// Four by four elements.
typedef TRANSPOSED_ELEMENT TRANSPOSED(four)
  __attribute__((vector_size(4 * sizeof(TRANSPOSED_ELEMENT)), aligned(sizeof(TRANSPOSED_ELEMENT))));

LAMINA_INLINE void TRANSPOSED(square)(
  const TRANSPOSED_ELEMENT *x, TRANSPOSED_ELEMENT *y, size_t x_stride, size_t y_stride) {
  const TRANSPOSED(four) a = *(const TRANSPOSED(four) *)x;
  const TRANSPOSED(four) b = *(const TRANSPOSED(four) *)(x + x_stride);
  const TRANSPOSED(four) c = *(const TRANSPOSED(four) *)(x + 2 * x_stride);
  const TRANSPOSED(four) d = *(const TRANSPOSED(four) *)(x + 3 * x_stride);
  const TRANSPOSED(four) ab = __builtin_shufflevector(a, b, 0, 4, 1, 5);
  const TRANSPOSED(four) cd = __builtin_shufflevector(c, d, 0, 4, 1, 5);
  const TRANSPOSED(four) ab_high = __builtin_shufflevector(a, b, 2, 6, 3, 7);
  const TRANSPOSED(four) cd_high = __builtin_shufflevector(c, d, 2, 6, 3, 7);
  *(TRANSPOSED(four) *)y = __builtin_shufflevector(ab, cd, 0, 1, 4, 5);
  *(TRANSPOSED(four) *)(y + y_stride) = __builtin_shufflevector(ab, cd, 2, 3, 6, 7);
  *(TRANSPOSED(four) *)(y + 2 * y_stride) = __builtin_shufflevector(ab_high, cd_high, 0, 1, 4, 5);
  *(TRANSPOSED(four) *)(y + 3 * y_stride) = __builtin_shufflevector(ab_high, cd_high, 2, 3, 6, 7);
}

/// A tile in squares, and what is left of it one by one.
LAMINA_INLINE void TRANSPOSED(tile)(
  const TRANSPOSED_ELEMENT *x, TRANSPOSED_ELEMENT *y, size_t rows, size_t columns,
  size_t x_stride, size_t y_stride) {
  for (size_t i = 0; i < columns; i += 4) {
    size_t j = 0;
    _Pragma("clang loop unroll(disable)")
    for (; i + 4 <= columns && j + 4 <= rows; j += 4) {
      TRANSPOSED(square)(x + j * x_stride + i, y + i * y_stride + j, x_stride, y_stride);
    }
    const size_t end = i + 4 <= columns ? i + 4 : columns;
    for (size_t k = i; k < end; k++) {
      _Pragma("clang loop vectorize(disable) unroll(disable)")
      for (size_t l = j; l < rows; l++) y[k * y_stride + l] = x[l * x_stride + k];
    }
  }
}

LAMINA_TARGET void TRANSPOSED_KERNEL(
  const TRANSPOSED_ELEMENT *x, TRANSPOSED_ELEMENT *y, size_t rows, size_t columns,
  size_t x_stride, size_t y_stride) {
  if (rows == 2 && y_stride == 2) return TRANSPOSED(interleave)(2, x, y, columns, x_stride);
  if (rows == 3 && y_stride == 3) return TRANSPOSED(interleave)(3, x, y, columns, x_stride);
  if (rows == 4 && y_stride == 4) return TRANSPOSED(interleave)(4, x, y, columns, x_stride);
  const size_t tile = sizeof *x == 1 ? 32 : 16;
  for (size_t r = 0; r < rows; r += tile) {
    size_t r_end = rows - r < tile ? rows : r + tile;
    for (size_t c = 0; c < columns; c += tile) {
      size_t c_end = columns - c < tile ? columns : c + tile;
      if (sizeof *x == 4) {
        TRANSPOSED(tile)
        (x + r * x_stride + c, y + c * y_stride + r, r_end - r, c_end - c, x_stride, y_stride);
        continue;
      }
      for (size_t i = c; i < c_end; i++) {
        for (size_t j = r; j < r_end; j++) y[i * y_stride + j] = x[j * x_stride + i];
      }
    }
  }
}
#undef TRANSPOSED
#undef TRANSPOSED_ELEMENT
#undef TRANSPOSED_KERNEL
#undef TRANSPOSED_LANES

// Transposition of a matrix of 4-byte elements, in square tiles that stay in the first-level cache.

/// Few rows: the result is written in order.
LAMINA_INLINE void x32_interleave(
  const size_t rows, const uint32_t *x, uint32_t *y, size_t columns, size_t x_stride,
  size_t y_stride) {
  for (size_t i = 0; i < columns; i++) {
    for (size_t j = 0; j < rows; j++) y[i * y_stride + j] = x[j * x_stride + i];
  }
}

LAMINA_TARGET void LAMINA_KERNEL(x32_transpose)(
  const uint32_t *x, uint32_t *y, size_t rows, size_t columns, size_t x_stride,
  size_t y_stride) {
  if (rows == 3 && y_stride == 3) return x32_interleave(3, x, y, columns, x_stride, 3);
  if (rows == 4 && y_stride == 4) return x32_interleave(4, x, y, columns, x_stride, 4);
  const size_t tile = 16;
  for (size_t r = 0; r < rows; r += tile) {
    size_t r_end = rows - r < tile ? rows : r + tile;
    for (size_t c = 0; c < columns; c += tile) {
      size_t c_end = columns - c < tile ? columns : c + tile;
      for (size_t i = c; i < c_end; i++) {
        for (size_t j = r; j < r_end; j++) y[i * y_stride + j] = x[j * x_stride + i];
      }
    }
  }
}

// Transposition of a matrix of 4-byte elements, in square tiles that stay in the first-level cache.

LAMINA_TARGET void LAMINA_KERNEL(x32_transpose)(
  const uint32_t *x, uint32_t *y, size_t rows, size_t columns, size_t x_stride,
  size_t y_stride) {
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

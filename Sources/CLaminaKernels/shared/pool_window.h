// What of a pooling window lies inside the image.

/// The part of a window's taps that lies inside the image, along one axis.
LAMINA_INLINE size_t taps_inside(
  ptrdiff_t start, size_t dilation, size_t taps, size_t length, size_t *first) {
  size_t from = 0;
  while (from < taps && start + (ptrdiff_t)(from * dilation) < 0) from++;
  size_t to = from;
  while (to < taps && start + (ptrdiff_t)(to * dilation) < (ptrdiff_t)length) to++;
  *first = from;
  return to - from;
}

/// How many elements a mean divides by: those inside, or all but the ones beyond the padding.
LAMINA_INLINE size_t pool_divisor(
  const lamina_pooling *pooling, size_t rows, size_t columns) {
  if (!pooling->counts_padding) return rows * columns;
  return pooling->window->kernel_height * pooling->window->kernel_width;
}

// What of a pooling window lies inside the image.

#include "window.h"

/// The part of a window's taps that lies inside the image, along one axis.
LAMINA_INLINE size_t taps_inside(
  ptrdiff_t start, size_t dilation, size_t taps, size_t length, size_t *first) {
  size_t from = 0;
  if (start >= 0 && start + (ptrdiff_t)((taps - 1) * dilation) < (ptrdiff_t)length) {
    *first = 0;
    return taps;
  }
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

/// The taps of a window that lie inside the image.
typedef struct pool_taps {
  size_t rows, columns;
  /// Pixels from the first one of all images to the first tap.
  size_t first;
  /// What a mean divides by.
  size_t divisor;
  /// Output pixels from this one on, in its row, with as many taps, each a stride further on.
  size_t run;
} pool_taps;

/// Output pixels of a row from `x` on whose windows lie inside the image from side to side, at least
/// one.
LAMINA_INLINE size_t pool_run(const lamina_window *window, size_t x, ptrdiff_t left) {
  const ptrdiff_t reach = (ptrdiff_t)((window->kernel_width - 1) * window->dilation_x);
  const ptrdiff_t room = (ptrdiff_t)window->width - 1 - reach - left;
  if (left < 0 || room < 0) return 1;
  const size_t inside = (size_t)room / window->stride_x + 1, rest = window->out_width - x;
  return inside < rest ? inside : rest;
}

/// Finds the taps for an output pixel; without any, `rows` and `first` are 0.
LAMINA_INLINE pool_taps pool_taps_at(const lamina_pooling *pooling, lamina_place place) {
  const lamina_window *window = pooling->window;
  ptrdiff_t top = (ptrdiff_t)(place.y * window->stride_y) - window->top;
  ptrdiff_t left = (ptrdiff_t)(place.x * window->stride_x) - window->left;
  size_t ky, kx;
  size_t rows = taps_inside(top, window->dilation_y, window->kernel_height, window->height, &ky);
  size_t columns = taps_inside(left, window->dilation_x, window->kernel_width, window->width, &kx);
  pool_taps taps = {
    .columns = columns, .divisor = pool_divisor(pooling, rows, columns),
    .run = pool_run(window, place.x, left)};
  if (rows == 0 || columns == 0) return taps;
  taps.rows = rows;
  size_t line = (size_t)(top + (ptrdiff_t)(ky * window->dilation_y));
  size_t pixel = (size_t)(left + (ptrdiff_t)(kx * window->dilation_x));
  taps.first = (place.image * window->height + line) * window->width + pixel;
  return taps;
}

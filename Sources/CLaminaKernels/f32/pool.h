// Maximum and mean pooling of channels-last float32 images.

#include "../shared/window.h"
#include <math.h>

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

LAMINA_INLINE vf f32_pool_lanes(
  const lamina_window *window, bool maximum, const float *corner, size_t rows, size_t columns,
  size_t n) {
  const size_t step = window->dilation_x * window->pixel_bytes / sizeof(float);
  const size_t line = window->dilation_y * window->width * window->pixel_bytes / sizeof(float);
  vf sum = vf_set(maximum ? -INFINITY : 0);
  for (size_t ky = 0; ky < rows; ky++) {
    for (size_t kx = 0; kx < columns; kx++) {
      vf value = vf_load_n(corner + ky * line + kx * step, n);
      sum = maximum ? vf_max(value, sum) : vf_add(sum, value);
    }
  }
  return sum;
}

/// How many elements a mean divides by: those inside, or all but the ones beyond the padding.
LAMINA_INLINE size_t pool_divisor(
  const lamina_pooling *pooling, size_t rows, size_t columns) {
  if (!pooling->counts_padding) return rows * columns;
  return pooling->window->kernel_height * pooling->window->kernel_width;
}

LAMINA_TARGET void LAMINA_KERNEL(f32_pool)(
  const lamina_pooling *pooling, const float *x, float *y, size_t begin, size_t end) {
  const lamina_window *window = pooling->window;
  const vf low = vf_set(pooling->low), high = vf_set(pooling->high);
  const size_t pixel = window->pixel_bytes / sizeof(float);
  lamina_place place = lamina_place_at(window, begin);
  for (size_t i = begin; i < end; i++) {
    ptrdiff_t top = (ptrdiff_t)(place.y * window->stride_y) - window->top;
    ptrdiff_t left = (ptrdiff_t)(place.x * window->stride_x) - window->left;
    size_t ky, kx;
    size_t rows = taps_inside(top, window->dilation_y, window->kernel_height, window->height, &ky);
    size_t columns =
      taps_inside(left, window->dilation_x, window->kernel_width, window->width, &kx);
    bool empty = rows == 0 || columns == 0;
    ptrdiff_t first = (ptrdiff_t)(place.image * window->height * window->width) +
      (top + (ptrdiff_t)(ky * window->dilation_y)) * (ptrdiff_t)window->width + left +
      (ptrdiff_t)(kx * window->dilation_x);
    const float *corner = empty ? x : x + first * (ptrdiff_t)pixel;
    size_t divisor = pool_divisor(pooling, rows, columns);
    vf scale = vf_set(pooling->takes_maximum || divisor == 0 ? 1 : 1 / (float)divisor);
    for (size_t c = 0; c < pooling->channels; c += LANES) {
      size_t n = pooling->channels - c < LANES ? pooling->channels - c : LANES;
      size_t height = empty ? 0 : rows;
      vf value = pooling->takes_maximum
        ? f32_pool_lanes(window, true, corner + c, height, columns, n)
        : vf_mul(f32_pool_lanes(window, false, corner + c, height, columns, n), scale);
      vf_store_n(y + i * pooling->y_stride + c, vf_min(high, vf_max(low, value)), n);
    }
    lamina_place_advance(&place, window);
  }
}

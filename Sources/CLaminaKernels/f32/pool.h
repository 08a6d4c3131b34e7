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

/// The part of a window inside the image, and what ends a pooling.
typedef struct f32_pool_part {
  const float *corner;
  size_t rows, columns;
  vf scale, low, high;
} f32_pool_part;

/// Pools `vectors` vectors of channels from channel `c` on; one alone may have only `n` lanes.
LAMINA_INLINE void f32_pool_lanes(
  const size_t vectors, const lamina_window *window, const bool maximum,
  const f32_pool_part *part, size_t c, size_t n, float *y) {
  const size_t step = window->dilation_x * window->pixel_bytes / sizeof(float);
  const size_t line = window->dilation_y * window->width * window->pixel_bytes / sizeof(float);
  vf sums[4];
  _Pragma("clang loop unroll(full)")
  for (size_t v = 0; v < vectors; v++) sums[v] = vf_set(maximum ? -INFINITY : 0);
  for (size_t ky = 0; ky < part->rows; ky++) {
    const float *x = part->corner + ky * line + c;
    for (size_t kx = 0; kx < part->columns; kx++, x += step) {
      _Pragma("clang loop unroll(full)")
      for (size_t v = 0; v < vectors; v++) {
        vf value = vectors > 1 ? vf_load(x + v * LANES) : vf_load_n(x, n);
        sums[v] = maximum ? vf_max(value, sums[v]) : vf_add(sums[v], value);
      }
    }
  }
  _Pragma("clang loop unroll(full)")
  for (size_t v = 0; v < vectors; v++) {
    vf value = maximum ? sums[v] : vf_mul(sums[v], part->scale);
    value = vf_min(part->high, vf_max(part->low, value));
    if (vectors > 1) {
      vf_store(y + c + v * LANES, value);
    } else {
      vf_store_n(y + c, value, n);
    }
  }
}

/// Pools all channels of one pixel.
LAMINA_INLINE void f32_pool_pixel(
  const lamina_pooling *pooling, const bool maximum, const f32_pool_part *part, float *y) {
  const size_t channels = pooling->channels;
  size_t c = 0;
  for (; c + 4 * LANES <= channels; c += 4 * LANES) {
    f32_pool_lanes(4, pooling->window, maximum, part, c, LANES, y);
  }
  for (; c + 2 * LANES <= channels; c += 2 * LANES) {
    f32_pool_lanes(2, pooling->window, maximum, part, c, LANES, y);
  }
  for (; c < channels; c += LANES) {
    size_t n = channels - c < LANES ? channels - c : LANES;
    f32_pool_lanes(1, pooling->window, maximum, part, c, n, y);
  }
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
    const f32_pool_part part = {
      .corner = corner, .rows = empty ? 0 : rows, .columns = columns,
      .scale = vf_set(divisor == 0 ? 1 : 1 / (float)divisor), .low = low, .high = high};
    float *to = y + i * pooling->y_stride;
    if (pooling->takes_maximum) {
      f32_pool_pixel(pooling, true, &part, to);
    } else {
      f32_pool_pixel(pooling, false, &part, to);
    }
    lamina_place_advance(&place, window);
  }
}

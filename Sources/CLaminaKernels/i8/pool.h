// Maximum and mean pooling of channels-last bytes.

#include "../shared/window.h"

/// The largest byte, or the sum of the bytes, of one vector of channels under a window.
LAMINA_INLINE vi i8_pool_lanes(
  const lamina_window *window, bool maximum, vi flip, const uint8_t *corner, size_t rows,
  size_t columns, size_t n) {
  const size_t step = window->dilation_x * window->pixel_bytes;
  const size_t line = window->dilation_y * window->width * window->pixel_bytes;
  vi sum = vi_set(0);
  for (size_t ky = 0; ky < rows; ky++) {
    for (size_t kx = 0; kx < columns; kx++) {
      vi value = vi_xor(vi_bytes_n(corner + ky * line + kx * step, n), flip);
      sum = maximum ? vi_max(sum, value) : vi_add(sum, value);
    }
  }
  return sum;
}

LAMINA_TARGET void LAMINA_KERNEL(i8_pool)(
  const lamina_pooling *pooling, const uint8_t *x, uint8_t *y, size_t begin, size_t end) {
  const lamina_window *window = pooling->window;
  const vi flip = vi_set(pooling->is_signed ? 0x80 : 0);
  const int32_t x_zero = pooling->x_zero + (pooling->is_signed ? 0x80 : 0);
  const vf low = vf_set((float)(pooling->y_low - pooling->y_zero));
  const vf high = vf_set((float)(pooling->y_high - pooling->y_zero));
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
    const uint8_t *corner = empty ? x : x + first * (ptrdiff_t)window->pixel_bytes;
    size_t divisor = pool_divisor(pooling, rows, columns);
    size_t elements = pooling->takes_maximum ? 1 : rows * columns;
    float ratio = pooling->ratio;
    if (!pooling->takes_maximum && divisor) ratio /= (float)divisor;
    vi offset = vi_set((int32_t)elements * x_zero);
    for (size_t c = 0; c < pooling->channels; c += LANES) {
      size_t n = pooling->channels - c < LANES ? pooling->channels - c : LANES;
      vi sum = pooling->takes_maximum
        ? i8_pool_lanes(window, true, flip, corner + c, empty ? 0 : rows, columns, n)
        : i8_pool_lanes(window, false, flip, corner + c, empty ? 0 : rows, columns, n);
      i8_requantize(
        vi_sub(sum, offset), vf_set(ratio), low, high, vi_set(pooling->y_zero),
        y + i * pooling->y_stride + c, n);
    }
    lamina_place_advance(&place, window);
  }
}

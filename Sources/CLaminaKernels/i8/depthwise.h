// Depthwise convolution of bytes, two taps at a time as 16-bit products.

#include "../shared/window.h"

LAMINA_TARGET void LAMINA_KERNEL(i8_depthwise)(
  const lamina_i8_depthwise *depthwise, const uint8_t *x, uint8_t *y, void *scratch,
  size_t begin, size_t end) {
  const lamina_window *window = depthwise->window;
  const size_t channels = depthwise->channels;
  const size_t taps = window->kernel_height * window->kernel_width;
  const vi flip = vi_set(depthwise->is_signed ? 0x00800080 : 0);
  const uint8_t **rows = scratch;
  rows[taps] = depthwise->padding;
  for (size_t i = begin; i < end; i++) {
    lamina_window_rows(window, x, depthwise->padding, i, 1, 1, rows);
    const int8_t *packed = depthwise->packed;
    for (size_t c = 0; c < channels; c += LANES) {
      size_t n = channels - c < LANES ? channels - c : LANES;
      vi sum = vi_load((const int32_t *)packed);
      vf multiplier = vf_load((const float *)packed + LANES);
      packed += 8 * LANES;
      for (size_t tap = 0; tap < taps; tap += 2, packed += 4 * LANES) {
        vi first = vi_bytes_n(rows[tap] + c, n);
        vi second = vi_shift16(vi_bytes_n(rows[tap + 1] + c, n));
        sum = pair_add(
          sum, vi_xor(vi_or(first, second), flip), vi_load((const int32_t *)packed));
      }
      i8_store(
        i8_rescale(sum, multiplier, false), depthwise->y_low, depthwise->y_high,
        depthwise->y_zero,
        y + i * depthwise->y_stride + c, n);
    }
  }
}

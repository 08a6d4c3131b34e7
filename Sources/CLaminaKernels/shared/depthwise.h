// Depthwise convolution with float32 sums.
//
// For the elements that the including file defined (element.h of their folder).

#include "depthwise_rows.h"

/// One output pixel of any window; `table` holds the address under each tap.
LAMINA_INLINE void FLOAT(depthwise_pixel)(
  const lamina_f32_depthwise *depthwise, size_t taps, const FLOAT_ELEMENT *const *table,
  FLOAT_ELEMENT *y) {
  const size_t channels = depthwise->channels;
  const vf low = vf_set(depthwise->low), high = vf_set(depthwise->high);
  for (size_t c = 0; c < channels; c += LANES) {
    size_t n = channels - c < LANES ? channels - c : LANES;
    vf sum = vf_load_n(depthwise->bias + c, n);
    const float *weights = depthwise->weights + c;
    for (size_t tap = 0; tap < taps; tap++, weights += channels) {
      sum = vf_fma(FLOAT(load_n)(table[tap] + c, n), vf_load_n(weights, n), sum);
    }
    FLOAT(store_n)(y + c, vf_min(high, vf_max(low, sum)), n);
  }
}

/// Applies the function after the clamp to a row of output pixels.
LAMINA_INLINE void FLOAT(depthwise_activate)(
  const lamina_f32_depthwise *depthwise, FLOAT_ELEMENT *y) {
  const size_t pixels = depthwise->window->out_width;
  // Lines without gaps are one.
  bool joins = depthwise->y_stride == depthwise->channels;
  size_t lines = joins ? 1 : pixels, length = depthwise->channels * (joins ? pixels : 1);
  for (size_t i = 0; i < lines; i++, y += depthwise->y_stride) {
    FLOAT_UNARY(depthwise->activation, y, y, length, depthwise->alpha, depthwise->beta);
  }
}

LAMINA_TARGET void FLOAT_DEPTHWISE(
  const lamina_f32_depthwise *depthwise, const FLOAT_ELEMENT *x, FLOAT_ELEMENT *y, void *scratch,
  size_t begin, size_t end) {
  const lamina_window *window = depthwise->window;
  const size_t taps = window->kernel_height * window->kernel_width;
  const size_t row_length = window->out_width * depthwise->y_stride;
  FLOAT(depthwise_rows_function) *rows = FLOAT(depthwise_rows_for)(window);
  const uint8_t **table = scratch;
  if (rows) {
    rows(depthwise, x, y, scratch, begin, end);
  } else {
    for (size_t i = begin * window->out_width; i < end * window->out_width; i++) {
      lamina_window_rows(window, (const uint8_t *)x, depthwise->zeros, i, 1, 1, table);
      FLOAT(depthwise_pixel)(
        depthwise, taps, (const FLOAT_ELEMENT *const *)table, y + i * depthwise->y_stride);
    }
  }
  if (depthwise->activation == lamina_unary_identity) return;
  for (size_t row = begin; row < end; row++) {
    FLOAT(depthwise_activate)(depthwise, y + row * row_length);
  }
}

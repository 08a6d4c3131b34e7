// Depthwise convolution with float32 sums: four output pixels of a row share the pixels they read.
//
// For the elements that the including file defined (element.h of their folder).

#include "window.h"

/// Reads, for one group of output pixels, the addresses of all columns under their windows.
LAMINA_INLINE void FLOAT(depthwise_columns)(
  const lamina_f32_depthwise *depthwise, const uint8_t *x, lamina_place place, size_t columns,
  const FLOAT_ELEMENT **table) {
  const lamina_window *window = depthwise->window;
  const ptrdiff_t left = (ptrdiff_t)(place.x * window->stride_x) - window->left;
  const size_t reach = (columns - 1) * window->dilation_x;
  const bool whole = left >= 0 && left + (ptrdiff_t)reach < (ptrdiff_t)window->width;
  const size_t step = window->dilation_x * window->pixel_bytes;
  for (size_t ky = 0; ky < window->kernel_height; ky++) {
    const uint8_t *line = lamina_input_row(window, x, place, ky);
    if (whole && line) {
      const uint8_t *first = line + (size_t)left * window->pixel_bytes;
      for (size_t i = 0; i < columns; i++) *table++ = (const FLOAT_ELEMENT *)(first + i * step);
      continue;
    }
    ptrdiff_t column = left;
    for (size_t i = 0; i < columns; i++, column += (ptrdiff_t)window->dilation_x) {
      bool inside = line && column >= 0 && column < (ptrdiff_t)window->width;
      *table++ = inside ? (const FLOAT_ELEMENT *)(line + (size_t)column * window->pixel_bytes)
                        : depthwise->zeros;
    }
  }
}

/// `pixels` neighbouring output pixels of a `height` × `width` kernel, all channels.
LAMINA_INLINE void FLOAT(depthwise_group)(
  const size_t pixels, const size_t height, const size_t width, const size_t stride,
  const lamina_f32_depthwise *depthwise, const FLOAT_ELEMENT *const *table, FLOAT_ELEMENT *y) {
  const size_t columns = (pixels - 1) * stride + width;
  const size_t channels = depthwise->channels;
  const vf low = vf_set(depthwise->low), high = vf_set(depthwise->high);
  for (size_t c = 0; c < channels; c += LANES) {
    const size_t n = channels - c < LANES ? channels - c : LANES;
    vf sums[4];
    vf bias = vf_load_n(depthwise->bias + c, n);
    _Pragma("clang loop unroll(full)")
    for (size_t p = 0; p < pixels; p++) sums[p] = bias;
    _Pragma("clang loop unroll(full)")
    for (size_t ky = 0; ky < height; ky++) {
      vf weights[8];
      _Pragma("clang loop unroll(full)")
      for (size_t kx = 0; kx < width; kx++) {
        weights[kx] = vf_load_n(depthwise->weights + (ky * width + kx) * channels + c, n);
      }
      _Pragma("clang loop unroll(full)")
      for (size_t column = 0; column < columns; column++) {
        vf value = FLOAT(load_n)(table[ky * columns + column] + c, n);
        _Pragma("clang loop unroll(full)")
        for (size_t p = 0; p < pixels; p++) {
          if (column >= p * stride && column < p * stride + width) {
            sums[p] = vf_fma(value, weights[column - p * stride], sums[p]);
          }
        }
      }
    }
    _Pragma("clang loop unroll(full)")
    for (size_t p = 0; p < pixels; p++) {
      vf value = vf_min(high, vf_max(low, sums[p]));
      FLOAT(store_n)(y + p * depthwise->y_stride + c, value, n);
    }
  }
}

/// One output pixel of any kernel.
LAMINA_INLINE void FLOAT(depthwise_pixel)(
  const lamina_f32_depthwise *depthwise, size_t taps, const FLOAT_ELEMENT *const *table, FLOAT_ELEMENT *y) {
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

typedef void FLOAT(depthwise_group_function)(
  const lamina_f32_depthwise *depthwise, const FLOAT_ELEMENT *const *table, FLOAT_ELEMENT *y);

#define FLOAT_DEPTHWISE_GROUP(size, stride)                                                       \
  static LAMINA_TARGET void FLOAT(depthwise_##size##x##size##_stride_##stride)(              \
    const lamina_f32_depthwise *depthwise, const FLOAT_ELEMENT *const *table, FLOAT_ELEMENT *y) {         \
    FLOAT(depthwise_group)(4, size, size, stride, depthwise, table, y);                      \
  }

FLOAT_DEPTHWISE_GROUP(3, 1)
FLOAT_DEPTHWISE_GROUP(3, 2)
FLOAT_DEPTHWISE_GROUP(5, 1)
FLOAT_DEPTHWISE_GROUP(5, 2)
#undef FLOAT_DEPTHWISE_GROUP

/// The function for four pixels of this window at once, where there is one.
static FLOAT(depthwise_group_function) *FLOAT(depthwise_choose)(const lamina_window *window) {
  if (window->kernel_height != window->kernel_width || window->dilation_x != 1) return NULL;
  if (window->kernel_width == 3 && window->stride_x == 1) return FLOAT(depthwise_3x3_stride_1);
  if (window->kernel_width == 3 && window->stride_x == 2) return FLOAT(depthwise_3x3_stride_2);
  if (window->kernel_width == 5 && window->stride_x == 1) return FLOAT(depthwise_5x5_stride_1);
  if (window->kernel_width == 5 && window->stride_x == 2) return FLOAT(depthwise_5x5_stride_2);
  return NULL;
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
  const size_t width = window->kernel_width;
  const size_t taps = window->kernel_height * width;
  FLOAT(depthwise_group_function) *group = FLOAT(depthwise_choose)(window);
  const FLOAT_ELEMENT **table = scratch;
  for (size_t row = begin; row < end; row++) {
    lamina_place place = {.image = row / window->out_height, .y = row % window->out_height};
    FLOAT_ELEMENT *first = y + row * window->out_width * depthwise->y_stride;
    while (place.x < window->out_width) {
      FLOAT_ELEMENT *to = first + place.x * depthwise->y_stride;
      size_t pixels = group && window->out_width - place.x >= 4 ? 4 : 1;
      size_t columns = (pixels - 1) * window->stride_x + width;
      FLOAT(depthwise_columns)(depthwise, (const uint8_t *)x, place, columns, table);
      if (pixels == 4) {
        group(depthwise, table, to);
      } else {
        FLOAT(depthwise_pixel)(depthwise, taps, table, to);
      }
      place.x += pixels;
    }
    if (depthwise->activation != lamina_unary_identity) {
      FLOAT(depthwise_activate)(depthwise, first);
    }
  }
}

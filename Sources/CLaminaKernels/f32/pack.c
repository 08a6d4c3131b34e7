// Packing of float32 weights into panels.

#include "../include/lamina_f32.h"
#include "../shared/depthwise_walk.h"
#include <string.h>

size_t lamina_f32_packed_count(size_t inner, size_t columns, size_t lanes, size_t vectors) {
  size_t width = lanes * vectors;
  size_t whole = columns / width, rest = columns % width;
  size_t last = rest == 0 ? 0 : rest <= lanes ? lanes : width;
  return (inner + 1) * (whole * width + last);
}

/// One row of a panel: `count` columns of one weight row, then zeros. The weights are those of a
/// file and need not be aligned.
static void pack_row(
  const char *from, ptrdiff_t stride, size_t count, size_t width, float *to) {
  if (stride == 1) {
    memcpy(to, from, count * sizeof(float));
  } else {
    for (size_t j = 0; j < count; j++) {
      memcpy(to + j, from + (ptrdiff_t)j * stride * (ptrdiff_t)sizeof(float), sizeof(float));
    }
  }
  for (size_t j = count; j < width; j++) to[j] = 0;
}

void lamina_f32_pack(
  const lamina_weights *weights, const float *bias, size_t lanes, size_t vectors,
  float *panels) {
  lamina_f32_pack_scaled(weights, bias, NULL, lanes, vectors, panels);
}

void lamina_f32_pack_scaled(
  const lamina_weights *weights, const float *bias, const float *factors, size_t lanes,
  size_t vectors, float *panels) {
  const size_t width = lanes * vectors;
  for (size_t column = 0; column < weights->columns; column += width) {
    size_t rest = weights->columns - column;
    size_t count = rest < width ? rest : width;
    size_t across = rest <= lanes ? lanes : width;
    for (size_t j = 0; j < across; j++) *panels++ = bias && j < count ? bias[column + j] : 0;
    const char *first = weights->data;
    for (size_t ky = 0; ky < weights->kernel_height; ky++) {
      for (size_t kx = 0; kx < weights->kernel_width; kx++) {
        ptrdiff_t from = (ptrdiff_t)column * weights->column_stride +
          (ptrdiff_t)ky * weights->y_stride + (ptrdiff_t)kx * weights->x_stride;
        for (size_t k = 0; k < weights->depth; k++, panels += across) {
          pack_row(
            first + from * (ptrdiff_t)sizeof(float), weights->column_stride, count, across, panels);
          if (factors) {
            for (size_t j = 0; j < count; j++) panels[j] *= factors[column + j];
          }
          from += weights->depth_stride;
        }
      }
    }
  }
}

size_t lamina_depthwise_scratch(
  const lamina_window *window, size_t lanes, size_t element_bytes) {
  const size_t addresses = window->kernel_height * window->kernel_width * sizeof(void *);
  const size_t copies = window->kernel_height * window->width * 2 * lanes * element_bytes;
  const size_t kept = copies < DEPTHWISE_CACHE_BYTES ? copies : DEPTHWISE_CACHE_BYTES;
  return addresses > kept ? addresses : kept;
}

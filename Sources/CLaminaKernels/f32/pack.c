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

/// Weights of a column that are packed before the next column's: a line of the cache.
enum { PACK_BLOCK = 16 };

/// How a column's weights lie in memory: channel by channel without gaps, in runs of channels, or
/// otherwise.
typedef enum { ORDER_NONE, ORDER_RUNS, ORDER_DEPTHS } pack_order;

static pack_order order_of(const lamina_weights *weights) {
  const ptrdiff_t taps = (ptrdiff_t)(weights->kernel_height * weights->kernel_width);
  const ptrdiff_t wide = (ptrdiff_t)weights->kernel_width;
  const bool one_line = weights->kernel_height == 1, one_tap = weights->kernel_width == 1;
  if (weights->column_stride == 1) return ORDER_NONE;
  if (weights->depth_stride == 1) return ORDER_RUNS;
  bool is_planar = weights->depth_stride == taps && (one_tap || weights->x_stride == 1) &&
    (one_line || weights->y_stride == wide);
  return is_planar ? ORDER_DEPTHS : ORDER_NONE;
}

/// One row of a panel: `count` columns of one weight row. The weights are those of a file and need
/// not be aligned.
static void pack_row(const char *from, ptrdiff_t stride, size_t count, float *to) {
  if (stride == 1) {
    memcpy(to, from, count * sizeof(float));
    return;
  }
  for (size_t j = 0; j < count; j++) {
    memcpy(to + j, from + (ptrdiff_t)j * stride * (ptrdiff_t)sizeof(float), sizeof(float));
  }
}

/// Packs `count` columns row by row.
static void pack_rows(
  const char *first, const lamina_weights *weights, size_t count, size_t across, float *to) {
  for (size_t ky = 0; ky < weights->kernel_height; ky++) {
    for (size_t kx = 0; kx < weights->kernel_width; kx++) {
      ptrdiff_t from = (ptrdiff_t)ky * weights->y_stride + (ptrdiff_t)kx * weights->x_stride;
      for (size_t k = 0; k < weights->depth; k++, to += across, from += weights->depth_stride) {
        pack_row(first + from * (ptrdiff_t)sizeof(float), weights->column_stride, count, to);
      }
    }
  }
}

typedef float four __attribute__((vector_size(16), aligned(1)));

/// Writes four weights of each of four columns, which are `stride` bytes apart, to four rows.
static inline void pack_four(const char *from, ptrdiff_t stride, float *const *rows, size_t j) {
  const four a = *(const four *)from, b = *(const four *)(from + stride);
  const four c = *(const four *)(from + 2 * stride), d = *(const four *)(from + 3 * stride);
  const four ab = __builtin_shufflevector(a, b, 0, 4, 1, 5);
  const four cd = __builtin_shufflevector(c, d, 0, 4, 1, 5);
  const four ab_high = __builtin_shufflevector(a, b, 2, 6, 3, 7);
  const four cd_high = __builtin_shufflevector(c, d, 2, 6, 3, 7);
  *(four *)(rows[0] + j) = __builtin_shufflevector(ab, cd, 0, 1, 4, 5);
  *(four *)(rows[1] + j) = __builtin_shufflevector(ab, cd, 2, 3, 6, 7);
  *(four *)(rows[2] + j) = __builtin_shufflevector(ab_high, cd_high, 0, 1, 4, 5);
  *(four *)(rows[3] + j) = __builtin_shufflevector(ab_high, cd_high, 2, 3, 6, 7);
}

/// Packs `length` neighbouring weights of each of `count` columns, `stride` bytes apart.
static __attribute__((noinline)) void pack_block(
  const char *from, ptrdiff_t stride, size_t count, size_t length, float *const *rows) {
  size_t j = 0;
  for (; j + 4 <= count; j += 4, from += 4 * stride) {
    size_t s = 0;
    for (; s + 4 <= length; s += 4) pack_four(from + s * sizeof(float), stride, rows + s, j);
    for (; s < length; s++) {
      for (size_t i = 0; i < 4; i++) {
        memcpy(rows[s] + j + i, from + (ptrdiff_t)i * stride + s * sizeof(float), sizeof(float));
      }
    }
  }
  for (; j < count; j++, from += stride) {
    for (size_t s = 0; s < length; s++) memcpy(rows[s] + j, from + s * sizeof(float), sizeof(float));
  }
}

/// Packs columns channel by channel, all taps of each.
static void pack_depths(
  const char *first, const lamina_weights *weights, size_t count, size_t across, float *to) {
  const size_t taps = weights->kernel_height * weights->kernel_width, depth = weights->depth;
  const ptrdiff_t stride = weights->column_stride * (ptrdiff_t)sizeof(float);
  float *rows[PACK_BLOCK];
  for (size_t s = 0; s < taps * depth; s += PACK_BLOCK) {
    const size_t rest = taps * depth - s, length = rest < PACK_BLOCK ? rest : PACK_BLOCK;
    for (size_t i = 0; i < length; i++) {
      const size_t place = s + i;
      rows[i] = to + (place % taps * depth + place / taps) * across;
    }
    pack_block(first + s * sizeof(float), stride, count, length, rows);
  }
}

/// Packs columns tap by tap, all channels of each.
static void pack_runs(
  const char *first, const lamina_weights *weights, size_t count, size_t across, float *to) {
  const ptrdiff_t size = sizeof(float), stride = weights->column_stride * size;
  float *rows[PACK_BLOCK];
  for (size_t ky = 0; ky < weights->kernel_height; ky++) {
    for (size_t kx = 0; kx < weights->kernel_width; kx++) {
      const char *from = first +
        ((ptrdiff_t)ky * weights->y_stride + (ptrdiff_t)kx * weights->x_stride) * size;
      for (size_t k = 0; k < weights->depth; k += PACK_BLOCK, from += PACK_BLOCK * size) {
        const size_t rest = weights->depth - k, length = rest < PACK_BLOCK ? rest : PACK_BLOCK;
        for (size_t i = 0; i < length; i++, to += across) rows[i] = to;
        pack_block(from, stride, count, length, rows);
      }
    }
  }
}

/// Multiplies the columns of a panel by factors, and fills the panel up.
static void finish_panel(
  const float *factors, size_t count, size_t across, size_t inner, float *rows) {
  if (!factors && count == across) return;
  for (size_t k = 0; k < inner; k++, rows += across) {
    for (size_t j = 0; j < count && factors; j++) rows[j] *= factors[j];
    for (size_t j = count; j < across; j++) rows[j] = 0;
  }
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
  const size_t inner = weights->kernel_height * weights->kernel_width * weights->depth;
  const pack_order order = order_of(weights);
  for (size_t column = 0; column < weights->columns; column += width) {
    size_t rest = weights->columns - column;
    size_t count = rest < width ? rest : width;
    size_t across = rest <= lanes ? lanes : width;
    for (size_t j = 0; j < across; j++) *panels++ = bias && j < count ? bias[column + j] : 0;
    const char *first = (const char *)weights->data +
      (ptrdiff_t)column * weights->column_stride * (ptrdiff_t)sizeof(float);
    if (order == ORDER_DEPTHS) {
      pack_depths(first, weights, count, across, panels);
    } else if (order == ORDER_RUNS) {
      pack_runs(first, weights, count, across, panels);
    } else {
      pack_rows(first, weights, count, across, panels);
    }
    finish_panel(factors ? factors + column : NULL, count, across, inner, panels);
    panels += inner * across;
  }
}

size_t lamina_depthwise_scratch(
  const lamina_window *window, size_t lanes, size_t element_bytes) {
  const size_t addresses = window->kernel_height * window->kernel_width * sizeof(void *);
  const size_t copies = window->kernel_height * window->width * 2 * lanes * element_bytes;
  const size_t kept = copies < DEPTHWISE_CACHE_BYTES ? copies : DEPTHWISE_CACHE_BYTES;
  return addresses > kept ? addresses : kept;
}

// Packing of bfloat16 weights into panels of pairs, and the memory that pairs need.

#include "../include/lamina_bf16.h"
#include "../include/lamina_f32.h"
#include <string.h>

/// Rows of a window's weights that lie side by side in the image, and how long each is.
typedef struct pair_runs {
  size_t count, length;
} pair_runs;

static pair_runs runs_of(size_t kernel_height, size_t kernel_width, size_t depth, bool gathers) {
  if (gathers) return (pair_runs){kernel_height, kernel_width * depth};
  return (pair_runs){kernel_height * kernel_width, depth};
}

size_t lamina_bf16_packed_count(
  size_t kernel_height, size_t kernel_width, size_t depth, bool gathers, size_t columns,
  size_t lanes, size_t vectors) {
  pair_runs runs = runs_of(kernel_height, kernel_width, depth, gathers);
  return lamina_f32_packed_count(runs.count * ((runs.length + 1) / 2), columns, lanes, vectors);
}

/// Where the weight row at position `k` of a run begins, in elements.
static ptrdiff_t row_offset(const lamina_weights *weights, bool gathers, size_t run, size_t k) {
  size_t tap = gathers ? run * weights->kernel_width + k / weights->depth : run;
  return (ptrdiff_t)(tap / weights->kernel_width) * weights->y_stride +
    (ptrdiff_t)(tap % weights->kernel_width) * weights->x_stride +
    (ptrdiff_t)(k % weights->depth) * weights->depth_stride;
}

static uint32_t weight_at(const char *row, ptrdiff_t index) {
  uint16_t bits;
  memcpy(&bits, row + index * (ptrdiff_t)sizeof bits, sizeof bits);
  return bits;
}

/// One row of pairs: `count` columns of two weight rows, `second` null when there is one only.
static void pack_pairs(
  const char *first, const char *second, ptrdiff_t stride, size_t count, size_t across,
  uint32_t *to) {
  for (size_t j = 0; j < count; j++) {
    ptrdiff_t index = (ptrdiff_t)j * stride;
    to[j] = weight_at(first, index) | (second ? weight_at(second, index) << 16 : 0);
  }
  for (size_t j = count; j < across; j++) to[j] = 0;
}

void lamina_bf16_pack(
  const lamina_weights *weights, const float *bias, bool gathers, size_t lanes, size_t vectors,
  float *panels) {
  const size_t width = lanes * vectors;
  const pair_runs runs =
    runs_of(weights->kernel_height, weights->kernel_width, weights->depth, gathers);
  for (size_t column = 0; column < weights->columns; column += width) {
    size_t rest = weights->columns - column;
    size_t count = rest < width ? rest : width;
    size_t across = rest <= lanes ? lanes : width;
    for (size_t j = 0; j < across; j++) *panels++ = bias && j < count ? bias[column + j] : 0;
    const char *base = (const char *)weights->data +
      (ptrdiff_t)column * weights->column_stride * (ptrdiff_t)sizeof(uint16_t);
    for (size_t run = 0; run < runs.count; run++) {
      for (size_t k = 0; k < runs.length; k += 2, panels += across) {
        const char *first = base + row_offset(weights, gathers, run, k) * 2;
        const char *second =
          k + 1 < runs.length ? base + row_offset(weights, gathers, run, k + 1) * 2 : NULL;
        pack_pairs(first, second, weights->column_stride, count, across, (uint32_t *)panels);
      }
    }
  }
}

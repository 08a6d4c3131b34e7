// Packing of 8-bit weights into panels, and byte kernels that need no lanes.

#include "../include/lamina_i8.h"
#include <string.h>

static size_t groups(size_t count, size_t group) { return (count + group - 1) / group; }

/// Groups along the inner axis, with every tap or only the end filled up.
static size_t inner_groups(const lamina_weights *weights, bool merges, size_t dot_group) {
  size_t taps = weights->kernel_height * weights->kernel_width;
  return merges ? groups(taps * weights->depth, dot_group)
                : taps * groups(weights->depth, dot_group);
}

size_t lamina_i8_packed_count(
  const lamina_weights *weights, bool merges, size_t lanes, size_t vectors, size_t dot_group) {
  size_t width = lanes * vectors;
  size_t whole = weights->columns / width, rest = weights->columns % width;
  size_t last = rest == 0 ? 0 : rest <= lanes ? lanes : width;
  size_t per_column = 12 + inner_groups(weights, merges, dot_group) * dot_group;
  return per_column * (whole * width + last);
}

size_t lamina_i8_scratch(
  const lamina_i8_product *product, size_t tile_rows, size_t dot_group) {
  size_t inner = product->taps * product->depth;
  size_t strip = tile_rows * groups(inner, dot_group) * 4;
  size_t rows = tile_rows * product->taps * sizeof(void *);
  return strip > rows ? strip : rows;
}

/// Writes bias, multiplier and zero of a panel's columns.
static void pack_head(
  const lamina_i8_columns *columns, size_t column, size_t count, size_t across, int8_t *to) {
  int32_t bias[64] = {0}, zero[64] = {0};
  float multiplier[64] = {0};
  for (size_t j = 0; j < count; j++) {
    bias[j] = columns->bias[column + j];
    multiplier[j] = columns->multiplier[column + j];
    zero[j] = columns->zero[column + j];
  }
  memcpy(to, bias, across * 4);
  memcpy(to + across * 4, multiplier, across * 4);
  memcpy(to + across * 8, zero, across * 4);
}

/// Writes the weights of a panel's columns at inner position `k` of the packed order.
static void pack_weights(
  const int8_t *from, ptrdiff_t stride, size_t count, size_t across, size_t dot_group, size_t k,
  int8_t *body) {
  int8_t *to = body + k / dot_group * dot_group * across + k % dot_group;
  for (size_t j = 0; j < count; j++) to[j * dot_group] = from[(ptrdiff_t)j * stride];
}

void lamina_i8_pack(
  const lamina_weights *weights, const lamina_i8_columns *columns, bool merges, size_t lanes,
  size_t vectors, size_t dot_group, int8_t *panels) {
  const size_t width = lanes * vectors;
  const size_t inner = inner_groups(weights, merges, dot_group) * dot_group;
  for (size_t column = 0; column < weights->columns; column += width) {
    size_t rest = weights->columns - column;
    size_t count = rest < width ? rest : width;
    size_t across = rest <= lanes ? lanes : width;
    pack_head(columns, column, count, across, panels);
    panels += across * 12;
    memset(panels, 0, inner * across);
    const int8_t *first = (const int8_t *)weights->data + (ptrdiff_t)column * weights->column_stride;
    size_t k = 0;
    for (size_t ky = 0; ky < weights->kernel_height; ky++) {
      for (size_t kx = 0; kx < weights->kernel_width; kx++) {
        const int8_t *tap =
          first + (ptrdiff_t)ky * weights->y_stride + (ptrdiff_t)kx * weights->x_stride;
        for (size_t d = 0; d < weights->depth; d++, k++) {
          pack_weights(
            tap + (ptrdiff_t)d * weights->depth_stride, weights->column_stride, count, across,
            dot_group, k, panels);
        }
        if (!merges) k = groups(k, dot_group) * dot_group;
      }
    }
    panels += inner * across;
  }
}

void lamina_i8_lookup(const uint8_t *table, const uint8_t *x, uint8_t *y, size_t count) {
  for (size_t i = 0; i < count; i++) y[i] = table[x[i]];
}

void lamina_x8_transpose(
  const uint8_t *x, uint8_t *y, size_t rows, size_t columns, size_t x_stride, size_t y_stride) {
  const size_t tile = 32;
  for (size_t r = 0; r < rows; r += tile) {
    size_t r_end = rows - r < tile ? rows : r + tile;
    for (size_t c = 0; c < columns; c += tile) {
      size_t c_end = columns - c < tile ? columns : c + tile;
      for (size_t i = c; i < c_end; i++) {
        for (size_t j = r; j < r_end; j++) y[i * y_stride + j] = x[j * x_stride + i];
      }
    }
  }
}

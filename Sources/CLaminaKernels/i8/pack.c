// Packing of 8-bit weights into panels, and byte kernels that need no lanes.

#include "../include/lamina_i8.h"
#include "../shared/dot_taps.h"
#include "../shared/image.h"
#include <string.h>

static size_t groups(size_t count, size_t group) { return (count + group - 1) / group; }

/// Groups along the inner axis, each part of it filled up.
static size_t inner_groups(
  const lamina_weights *weights, lamina_merge merge, size_t dot_group) {
  size_t lines = weights->kernel_height, taps = weights->kernel_width, depth = weights->depth;
  switch (merge) {
    case lamina_merge_none: return lines * taps * groups(depth, dot_group);
    case lamina_merge_lines: return lines * groups(taps * depth, dot_group);
    case lamina_merge_all: return groups(lines * taps * depth, dot_group);
  }
  return 0;
}

size_t lamina_i8_packed_count(
  const lamina_weights *weights, lamina_merge merge, size_t lanes, size_t vectors,
  size_t dot_group) {
  size_t width = lanes * vectors;
  size_t whole = weights->columns / width, rest = weights->columns % width;
  size_t last = rest == 0 ? 0 : rest <= lanes ? lanes : width;
  size_t per_column = 12 + inner_groups(weights, merge, dot_group) * dot_group;
  return per_column * (whole * width + last);
}

size_t lamina_i8_scratch(
  const lamina_i8_product *product, size_t tile_rows, size_t dot_group) {
  size_t inner = product->taps * product->depth;
  size_t strip = tile_rows * groups(inner, dot_group) * 4;
  size_t rows = tile_rows * product->taps * sizeof(void *);
  return strip > rows ? strip : rows;
}

size_t lamina_i8_image_scratch(
  const lamina_i8_product *product, size_t tile_rows, size_t dot_group) {
  const lamina_window *window = product->window;
  size_t width = lamina_i8_image_width(window);
  size_t lines = lamina_i8_image_lines(window, lamina_i8_image_rows(window));
  size_t copy = (lines * width * window->pixel_bytes + 127) / 64 * 64;
  return copy + lamina_i8_scratch(product, tile_rows, dot_group);
}

/// The sum of `count` codes that lie `stride` apart.
static int32_t sum_codes(const int8_t *from, ptrdiff_t stride, size_t count) {
  int32_t sum = 0;
  size_t k = 0;
  // 128 codes cannot overflow 16 bits, of which a vector holds twice as many.
  for (; stride == 1 && k + 128 <= count; k += 128) {
    int16_t part = 0;
    for (size_t i = 0; i < 128; i++) part = (int16_t)(part + from[k + i]);
    sum += part;
  }
  for (; k < count; k++) sum += from[(ptrdiff_t)k * stride];
  return sum;
}

void lamina_i8_column_sums(const lamina_weights *weights, int32_t *sums) {
  const int8_t *data = weights->data;
  const size_t taps = weights->kernel_height * weights->kernel_width;
  // A column without gaps, as files of channels-first models have it, is summed at once.
  bool whole = weights->depth_stride == (ptrdiff_t)taps && weights->x_stride == 1 &&
    weights->y_stride == (ptrdiff_t)weights->kernel_width;
  for (size_t column = 0; column < weights->columns; column++) {
    const int8_t *first = data + (ptrdiff_t)column * weights->column_stride;
    int32_t sum = 0;
    if (whole) {
      sum = sum_codes(first, 1, taps * weights->depth);
    } else {
      for (size_t ky = 0; ky < weights->kernel_height; ky++) {
        for (size_t kx = 0; kx < weights->kernel_width; kx++) {
          sum += sum_codes(
            first + (ptrdiff_t)ky * weights->y_stride + (ptrdiff_t)kx * weights->x_stride,
            weights->depth_stride, weights->depth);
        }
      }
    }
    sums[column] = sum;
  }
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

/// Groups of a column that are packed before the next column's.
enum { PACK_BLOCK = 16 };

/// Writes groups of weights that lie together.
static void pack_dense(const int8_t *from, size_t count, size_t dot_group, size_t step, int8_t *to) {
  if (dot_group == 4) {
    for (size_t g = 0; g < count; g++) memcpy(to + g * step, from + g * 4, 4);
  } else {
    for (size_t g = 0; g < count; g++) memcpy(to + g * step, from + g * dot_group, dot_group);
  }
}

/// Writes one group of every tap; the taps of a depth lie together.
static void pack_taps(
  const int8_t *from, size_t taps, size_t dot_group, size_t tap_step, int8_t *to) {
  if (dot_group != 4) {
    for (size_t k = 0; k < taps * dot_group; k++) to[k % taps * tap_step + k / taps] = from[k];
    return;
  }
  const uint8_t *a = (const uint8_t *)from, *b = a + taps, *c = b + taps, *d = c + taps;
  for (size_t t = 0; t < taps; t++, to += tap_step) {
    uint32_t word = a[t] | (uint32_t)b[t] << 8 | (uint32_t)c[t] << 16 | (uint32_t)d[t] << 24;
    memcpy(to, &word, 4);
  }
}

/// Whether all groups are of one tap and full, and the weights lie in memory either depth by depth
/// within a tap or tap by tap within a depth.
static bool has_whole_groups(const lamina_weights *weights, size_t dot_group) {
  const size_t taps = weights->kernel_height * weights->kernel_width;
  const bool is_planar = weights->depth_stride == (ptrdiff_t)taps && weights->x_stride == 1 &&
    weights->y_stride == (ptrdiff_t)weights->kernel_width;
  return weights->depth % dot_group == 0 && (weights->depth_stride == 1 || is_planar);
}

/// Packs columns of whole groups, a few groups of each at a time.
static void pack_groups(
  const lamina_weights *weights, const int8_t *first, size_t count, size_t across,
  size_t dot_group, int8_t *body) {
  const size_t taps = weights->kernel_height * weights->kernel_width;
  const size_t depth = weights->depth, step = dot_group * across;
  for (size_t g = 0; g < depth / dot_group; g += PACK_BLOCK) {
    const size_t rest = depth / dot_group - g, length = rest < PACK_BLOCK ? rest : PACK_BLOCK;
    for (size_t j = 0; j < count; j++) {
      const int8_t *from = first + (ptrdiff_t)j * weights->column_stride +
        (ptrdiff_t)(g * dot_group) * weights->depth_stride;
      int8_t *to = body + g * step + j * dot_group;
      for (size_t i = 0; i < length && weights->depth_stride != 1; i++) {
        pack_taps(from + i * dot_group * taps, taps, dot_group, depth * across, to + i * step);
      }
      for (size_t tap = 0; tap < taps && weights->depth_stride == 1; tap++) {
        const size_t ky = tap / weights->kernel_width, kx = tap % weights->kernel_width;
        pack_dense(
          from + (ptrdiff_t)ky * weights->y_stride + (ptrdiff_t)kx * weights->x_stride, length,
          dot_group, step, to + tap * depth * across);
      }
    }
  }
}

/// Packs columns one weight after another.
static void pack_weights(
  const lamina_weights *weights, const int8_t *first, size_t count, size_t across,
  lamina_merge merge, size_t dot_group, int8_t *body) {
  size_t k = 0;
  for (size_t ky = 0; ky < weights->kernel_height; ky++) {
    for (size_t kx = 0; kx < weights->kernel_width; kx++) {
      const int8_t *from =
        first + (ptrdiff_t)ky * weights->y_stride + (ptrdiff_t)kx * weights->x_stride;
      for (size_t d = 0; d < weights->depth; d++, k++, from += weights->depth_stride) {
        int8_t *to = body + k / dot_group * dot_group * across + k % dot_group;
        for (size_t j = 0; j < count; j++) {
          to[j * dot_group] = from[(ptrdiff_t)j * weights->column_stride];
        }
      }
      if (merge == lamina_merge_none) k = groups(k, dot_group) * dot_group;
    }
    if (merge == lamina_merge_lines) k = groups(k, dot_group) * dot_group;
  }
}

void lamina_i8_pack(
  const lamina_weights *weights, const lamina_i8_columns *columns, lamina_merge merge,
  size_t lanes, size_t vectors, size_t dot_group, int8_t *panels) {
  const size_t width = lanes * vectors;
  const size_t inner = inner_groups(weights, merge, dot_group) * dot_group;
  const bool are_whole = has_whole_groups(weights, dot_group);
  for (size_t column = 0; column < weights->columns; column += width) {
    size_t rest = weights->columns - column;
    size_t count = rest < width ? rest : width;
    size_t across = rest <= lanes ? lanes : width;
    pack_head(columns, column, count, across, panels);
    panels += across * 12;
    const int8_t *first =
      (const int8_t *)weights->data + (ptrdiff_t)column * weights->column_stride;
    if (!are_whole || count < across) memset(panels, 0, inner * across);
    if (are_whole) {
      pack_groups(weights, first, count, across, dot_group, panels);
    } else {
      pack_weights(weights, first, count, across, merge, dot_group, panels);
    }
    panels += inner * across;
  }
}

/// The channels of one block: four vectors of 16 where four taps are taken at once.
static size_t depthwise_block(size_t lanes, size_t dot_group) {
  return dot_group == 4 ? 64 : lanes;
}

/// Bytes of one block.
static size_t depthwise_block_bytes(
  const lamina_window *window, size_t lanes, size_t dot_group) {
  size_t height = window->kernel_height, width = window->kernel_width;
  if (dot_group != 4) return lanes * (8 + groups(height * width, dot_group) * 4);
  lamina_dot_taps taps = lamina_dot_taps_of(height, width);
  return 64 * (12 + 4 * taps.across * taps.down);
}

size_t lamina_i8_depthwise_packed_count(
  const lamina_window *window, size_t channels, size_t lanes, size_t dot_group) {
  size_t blocks = groups(channels, depthwise_block(lanes, dot_group));
  return blocks * depthwise_block_bytes(window, lanes, dot_group);
}

size_t lamina_i8_depthwise_scratch(
  const lamina_window *window, size_t channels, size_t dot_group) {
  size_t height = window->kernel_height, width = window->kernel_width;
  if (dot_group != 4) return (height * width + 3) * sizeof(void *);
  lamina_dot_taps taps = lamina_dot_taps_of(height, width);
  size_t reach = (taps.is_flat ? 4 : 1) * taps.across;
  size_t span = 15 * window->stride_x + reach * window->dilation_x + 1;
  size_t shared = lamina_dot_pixels(channels, window->stride_x);
  size_t length = span + shared + 3 * window->dilation_x;
  return span * taps.down * 256 + (shared > 1 ? 4 * (length * channels + 128) : 0) + 64;
}

/// The byte of a block that stands at place `p` of its interleaved sums; see depthwise_dot.h.
static size_t interleaved_byte(size_t p) {
  size_t vector = p / 16, lane = p % 16 / 4, place = p % 4;
  return 16 * lane + 4 * vector + place;
}

/// The weight of member `r` of a group for a channel; 0 beyond the window.
static int8_t dot_weight(
  const int8_t *weights, const lamina_window *window, lamina_dot_taps taps, size_t across,
  size_t down, size_t r, size_t channels, size_t c) {
  size_t ky = taps.is_flat ? 0 : 4 * down + r, kx = taps.is_flat ? 4 * across + r : across;
  if (ky >= window->kernel_height || kx >= window->kernel_width) return 0;
  return weights[(ky * window->kernel_width + kx) * channels + c];
}

/// One block in the order of four taps at once; few channels are repeated, one pixel after another.
static void pack_depthwise_dot(
  const int8_t *weights, const lamina_i8_columns *columns, const lamina_window *window,
  size_t channels, size_t first, int8_t *packed) {
  int32_t *bias = (int32_t *)packed, *zero = (int32_t *)(packed + 8 * 64);
  float *multiplier = (float *)(packed + 4 * 64);
  int8_t *body = packed + 12 * 64;
  lamina_dot_taps taps = lamina_dot_taps_of(window->kernel_height, window->kernel_width);
  bool shares = lamina_dot_pixels(channels, window->stride_x) > 1;
  for (size_t p = 0; p < 64; p++) {
    size_t c = first + interleaved_byte(p);
    if (shares) c %= channels;
    if (c >= channels) continue;
    bias[p] = columns->bias[c];
    multiplier[p] = columns->multiplier[c];
    zero[p] = columns->zero[c];
    int8_t *group = body;
    for (size_t a = 0; a < taps.across; a++) {
      for (size_t d = 0; d < taps.down; d++, group += 256) {
        for (size_t r = 0; r < 4; r++) {
          group[p * 4 + r] = dot_weight(weights, window, taps, a, d, r, channels, c);
        }
      }
    }
  }
}

/// One block in pairs of taps as 16-bit numbers, zero points subtracted.
static void pack_depthwise_pairs(
  const int8_t *weights, const lamina_i8_columns *columns, size_t taps, size_t channels,
  size_t first, size_t lanes, int8_t *packed) {
  int32_t *bias = (int32_t *)packed;
  float *multiplier = (float *)(packed + 4 * lanes);
  int16_t *body = (int16_t *)(packed + 8 * lanes);
  for (size_t p = 0; p < lanes && first + p < channels; p++) {
    size_t c = first + p;
    bias[p] = columns->bias[c];
    multiplier[p] = columns->multiplier[c];
    for (size_t tap = 0; tap < taps; tap++) {
      int32_t weight = weights[tap * channels + c] - columns->zero[c];
      body[(tap / 2 * lanes + p) * 2 + tap % 2] = (int16_t)weight;
    }
  }
}

void lamina_i8_depthwise_pack(
  const int8_t *weights, const lamina_i8_columns *columns, const lamina_window *window,
  size_t channels, size_t lanes, size_t dot_group, int8_t *packed) {
  size_t total = lamina_i8_depthwise_packed_count(window, channels, lanes, dot_group);
  size_t block = depthwise_block(lanes, dot_group);
  size_t step = depthwise_block_bytes(window, lanes, dot_group);
  size_t taps = window->kernel_height * window->kernel_width;
  memset(packed, 0, total);
  for (size_t first = 0; first < channels; first += block, packed += step) {
    if (dot_group == 4) {
      pack_depthwise_dot(weights, columns, window, channels, first, packed);
    } else {
      pack_depthwise_pairs(weights, columns, taps, channels, first, lanes, packed);
    }
  }
}

void lamina_i8_lookup(const uint8_t *table, const uint8_t *x, uint8_t *y, size_t count) {
  for (size_t i = 0; i < count; i++) y[i] = table[x[i]];
}

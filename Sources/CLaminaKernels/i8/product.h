// Matrix products and convolutions of bytes with 32-bit sums and a requantizing end.

#include "../shared/window.h"
#include "product_end.h"

/// Up to three bytes of a row, the rest of their group 0.
LAMINA_INLINE vi dot_row_rest(const uint8_t *p, size_t count) {
  uint32_t group = p[0];
  if (count > 1) group |= (uint32_t)p[1] << 8;
  if (count > 2) group |= (uint32_t)p[2] << 16;
  return vi_set((int32_t)group);
}

/// Sums of one tile over one group of weights; `load` fetches a row's group.
#define I8_TILE_STEP(copy, load)                                          \
  {                                                                       \
    vi weights[TILE_VECTORS];                                             \
    _Pragma("clang loop unroll(full)")                                    \
    for (size_t v = 0; v < vectors; v++) {                                \
      weights[v] = dot_weights(panel + v * LANES * DOT_GROUP);            \
    }                                                                     \
    _Pragma("clang loop unroll(full)")                                    \
    for (size_t i = 0; i < count; i++) {                                  \
      vi value = vi_xor(load, flip);                                      \
      _Pragma("clang loop unroll(full)")                                  \
      for (size_t v = 0; v < vectors; v++) {                              \
        sums[copy][i][v] = dot_add(sums[copy][i][v], value, weights[v]);  \
      }                                                                   \
    }                                                                     \
    panel += vectors * LANES * DOT_GROUP;                                 \
  }

/// One tile of `count` rows by `vectors` vectors; few rows use `copies` independent sums.
///
/// `depth` counts bytes of a row: four make a group, or two 16-bit values.
LAMINA_INLINE void i8_tile_run(
  const size_t count, const size_t vectors, const size_t copies,
  const lamina_i8_product *product, const i8_blend *blend, size_t taps, size_t depth, vi flip,
  const i8_tile *tile) {
  vi sums[4][TILE_ROWS][TILE_VECTORS];
  const int8_t *panel = tile->panel;
  _Pragma("clang loop unroll(full)")
  for (size_t i = 0; i < count; i++) {
    _Pragma("clang loop unroll(full)")
    for (size_t v = 0; v < vectors; v++) {
      sums[0][i][v] = vi_load((const int32_t *)panel + v * LANES);
      _Pragma("clang loop unroll(full)")
      for (size_t copy = 1; copy < copies; copy++) sums[copy][i][v] = vi_set(0);
    }
  }
  panel += 12 * vectors * LANES;
  for (size_t tap = 0; tap < taps; tap++) {
    const uint8_t *row[TILE_ROWS];
    _Pragma("clang loop unroll(full)")
    for (size_t i = 0; i < count; i++) row[i] = tile->rows[tap * TILE_ROWS + i];
    size_t k = 0;
    if (copies == 4) {
      for (; k + 16 <= depth; k += 16) {
        I8_TILE_STEP(0, dot_row(row[i] + k))
        I8_TILE_STEP(1, dot_row(row[i] + k + 4))
        I8_TILE_STEP(2, dot_row(row[i] + k + 8))
        I8_TILE_STEP(3, dot_row(row[i] + k + 12))
      }
    }
    if (copies == 2) {
      for (; k + 8 <= depth; k += 8) {
        I8_TILE_STEP(0, dot_row(row[i] + k))
        I8_TILE_STEP(1, dot_row(row[i] + k + 4))
      }
    }
    for (; k + 4 <= depth; k += 4) I8_TILE_STEP(0, dot_row(row[i] + k))
    if (k < depth) I8_TILE_STEP(0, dot_row_rest(row[i] + k, depth - k))
  }
  _Pragma("clang loop unroll(full)")
  for (size_t i = 0; i < count; i++) {
    _Pragma("clang loop unroll(full)")
    for (size_t v = 0; v < vectors; v++) {
      _Pragma("clang loop unroll(full)")
      for (size_t copy = 1; copy < copies; copy++) {
        sums[0][i][v] = vi_add(sums[0][i][v], sums[copy][i][v]);
      }
    }
  }
  i8_tile_write(count, vectors, product, blend, tile, sums[0]);
}
#undef I8_TILE_STEP

typedef void i8_tile_function(
  const lamina_i8_product *product, const i8_blend *blend, size_t taps, size_t depth,
  int32_t flip, const i8_tile *tile);

/// One function per number of rows, for whole panels and for panels of one vector.
#define I8_TILE(count, copies)                                                               \
  static LAMINA_TARGET void i8_tile_wide_##count(                                            \
    const lamina_i8_product *product, const i8_blend *blend, size_t taps, size_t depth,      \
    int32_t flip, const i8_tile *tile) {                                                     \
    const vi flips = vi_set(flip);                                                           \
    i8_tile_run(count, TILE_VECTORS, copies, product, blend, taps, depth, flips, tile);      \
  }                                                                                          \
  static LAMINA_TARGET void i8_tile_slim_##count(                                            \
    const lamina_i8_product *product, const i8_blend *blend, size_t taps, size_t depth,      \
    int32_t flip, const i8_tile *tile) {                                                     \
    i8_tile_run(count, 1, copies, product, blend, taps, depth, vi_set(flip), tile);          \
  }

I8_TILE(1, 4)
I8_TILE(2, 2)
I8_TILE(3, 1)
I8_TILE(4, 1)
#if TILE_ROWS > 4
I8_TILE(5, 1)
I8_TILE(6, 1)
#endif
#if TILE_ROWS > 6
I8_TILE(7, 1)
I8_TILE(8, 1)
#endif
#if TILE_ROWS > 8
I8_TILE(9, 1)
I8_TILE(10, 1)
I8_TILE(11, 1)
I8_TILE(12, 1)
I8_TILE(13, 1)
I8_TILE(14, 1)
#endif
#undef I8_TILE

static i8_tile_function *const i8_tiles_wide[] = {
  i8_tile_wide_1, i8_tile_wide_2, i8_tile_wide_3, i8_tile_wide_4,
#if TILE_ROWS > 4
  i8_tile_wide_5, i8_tile_wide_6,
#endif
#if TILE_ROWS > 6
  i8_tile_wide_7, i8_tile_wide_8,
#endif
#if TILE_ROWS > 8
  i8_tile_wide_9, i8_tile_wide_10, i8_tile_wide_11,
  i8_tile_wide_12, i8_tile_wide_13, i8_tile_wide_14,
#endif
};

static i8_tile_function *const i8_tiles_slim[] = {
  i8_tile_slim_1, i8_tile_slim_2, i8_tile_slim_3, i8_tile_slim_4,
#if TILE_ROWS > 4
  i8_tile_slim_5, i8_tile_slim_6,
#endif
#if TILE_ROWS > 6
  i8_tile_slim_7, i8_tile_slim_8,
#endif
#if TILE_ROWS > 8
  i8_tile_slim_9, i8_tile_slim_10, i8_tile_slim_11,
  i8_tile_slim_12, i8_tile_slim_13, i8_tile_slim_14,
#endif
};

/// Copies bytes into a strip: as they are for groups of four, lifted and widened for pairs.
LAMINA_INLINE void i8_strip_copy(
  uint8_t *strip, size_t position, const uint8_t *from, size_t count, uint8_t lift) {
  if (DOT_GROUP == 4) {
    copy_bytes(strip + position, from, count);
  } else {
    int16_t *to = (int16_t *)strip + position;
    for (size_t i = 0; i < count; i++) to[i] = (int16_t)(uint8_t)(from[i] ^ lift);
  }
}

/// Copies the runs under the window at one output pixel side by side.
LAMINA_INLINE void i8_gather_pixel(
  const lamina_i8_product *product, const uint8_t *x, lamina_place place, uint8_t lift,
  uint8_t *strip) {
  const lamina_window *window = product->window;
  const size_t depth = product->depth, taps = window->kernel_width;
  const ptrdiff_t width = (ptrdiff_t)window->width;
  ptrdiff_t left = (ptrdiff_t)(place.x * window->stride_x) - window->left;
  bool whole = window->dilation_x == 1 && window->pixel_bytes == depth && left >= 0 &&
    left + (ptrdiff_t)taps <= width;
  size_t position = 0;
  for (size_t ky = 0; ky < window->kernel_height; ky++) {
    const uint8_t *line = lamina_input_row(window, x, place, ky);
    if (line && whole) {
      const uint8_t *run = line + (size_t)left * window->pixel_bytes;
      i8_strip_copy(strip, position, run, taps * depth, lift);
      position += taps * depth;
      continue;
    }
    for (size_t kx = 0; kx < taps; kx++, position += depth) {
      ptrdiff_t column = left + (ptrdiff_t)(kx * window->dilation_x);
      bool inside = line && column >= 0 && column < width;
      const uint8_t *run =
        inside ? line + (size_t)column * window->pixel_bytes : product->padding;
      i8_strip_copy(strip, position, run, depth, lift);
    }
  }
}

/// Fills a strip per row of a tile and leaves the rows' addresses in `local`.
static LAMINA_TARGET void i8_strips(
  const lamina_i8_product *product, const uint8_t *x, size_t first, size_t count,
  uint8_t *scratch, const uint8_t **local) {
  const size_t inner = product->taps * product->depth;
  const size_t groups = (inner + DOT_GROUP - 1) / DOT_GROUP;
  const uint8_t lift = product->is_signed ? 0x80 : 0;
  lamina_place place = {0};
  if (product->window) place = lamina_place_at(product->window, first);
  for (size_t i = 0; i < count; i++) {
    uint8_t *strip = scratch + i * groups * 4;
    memset(strip + (groups - 1) * 4, DOT_GROUP == 4 ? lift : 0, 4);
    if (product->window) {
      i8_gather_pixel(product, x, place, lift, strip);
      lamina_place_advance(&place, product->window);
    } else {
      i8_strip_copy(strip, 0, x + (first + i) * product->x_stride, inner, lift);
    }
    local[i] = strip;
  }
}

/// The sum of a row's lifted bytes.
static LAMINA_TARGET void i8_row_sums(
  const uint8_t *const *rows, size_t taps, size_t depth, size_t count, uint8_t lift,
  int32_t *sums) {
  for (size_t i = 0; i < count; i++) {
    if (DOT_GROUP == 4) {
      sums[i] = sum_runs(rows + i, taps, TILE_ROWS, depth, lift);
      continue;
    }
    sums[i] = 0;
    for (size_t tap = 0; tap < taps; tap++) {
      const int16_t *row = (const int16_t *)rows[tap * TILE_ROWS + i];
      for (size_t k = 0; k < depth / 2; k++) sums[i] += row[k];
    }
  }
}

/// Panels are taken in blocks that stay in the second-level cache.
#define I8_BLOCK_BYTES 393216

LAMINA_TARGET void LAMINA_TILE(i8_product)(
  const lamina_i8_product *product, const uint8_t *x, uint8_t *y, void *scratch,
  size_t row_begin, size_t row_end, size_t panel_begin, size_t panel_end) {
  const size_t width = TILE_VECTORS * LANES;
  const size_t inner = product->taps * product->depth;
  const bool strips = DOT_GROUP == 2 || product->gathers;
  const size_t inner_groups = strips
    ? (inner + DOT_GROUP - 1) / DOT_GROUP
    : product->taps * ((product->depth + DOT_GROUP - 1) / DOT_GROUP);
  const size_t taps = strips ? 1 : product->taps;
  const size_t depth = strips ? inner_groups * 4 : product->depth;
  const size_t panel_bytes = (12 + inner_groups * DOT_GROUP) * width;
  const uint8_t lift = product->is_signed ? 0x80 : 0;
  const int32_t flip = DOT_GROUP == 4 && lift ? (int32_t)0x80808080u : 0;
  const size_t rows = row_end - row_begin;
  const size_t tiles = (rows + TILE_ROWS - 1) / TILE_ROWS;
  size_t block = I8_BLOCK_BYTES / panel_bytes;
  if (block == 0) block = 1;
  if (inner == 0) return;
  i8_blend ending;
  if (product->ending) ending = i8_blend_of_ending(product);
  for (size_t from = panel_begin; from < panel_end; from += block) {
    size_t to = panel_end - from < block ? panel_end : from + block;
    for (size_t t = 0; t < tiles; t++) {
      size_t first = row_begin + t * rows / tiles;
      size_t count = row_begin + (t + 1) * rows / tiles - first;
      const uint8_t *local[TILE_ROWS];
      const uint8_t *const *tile_rows = local;
      if (strips) {
        i8_strips(product, x, first, count, scratch, local);
      } else if (product->window) {
        lamina_window_rows(
          product->window, x, product->padding, first, count, TILE_ROWS, scratch);
        tile_rows = scratch;
      } else {
        for (size_t i = 0; i < count; i++) local[i] = x + (first + i) * product->x_stride;
      }
      int32_t row_sums[TILE_ROWS];
      if (product->has_weight_zeros) {
        i8_row_sums(tile_rows, taps, depth, count, lift, row_sums);
      }
      for (size_t panel = from; panel < to; panel++) {
        size_t column = panel * width;
        i8_tile tile = {
          .rows = tile_rows,
          .panel = product->panels + panel * panel_bytes,
          .y = y + first * product->y_stride + column,
          .columns = product->columns - column < width ? product->columns - column : width,
          .row_sums = product->has_weight_zeros ? row_sums : NULL,
        };
        i8_tile_function *const *table = tile.columns <= LANES ? i8_tiles_slim : i8_tiles_wide;
        if (product->addend) tile.addend = product->addend + first * product->addend_stride + column;
        table[count - 1](
          product, product->ending ? &ending : NULL, taps, depth, flip, &tile);
      }
    }
  }
}
#undef I8_BLOCK_BYTES

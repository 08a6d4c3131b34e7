// Matrix products and convolutions in float32: packed panels, accumulators in registers.

#include "../shared/window.h"

/// Copies `count` floats, a few at a time.
LAMINA_INLINE void copy_floats(float *to, const float *from, size_t count) {
  for (; count >= LANES; count -= LANES, to += LANES, from += LANES) vf_store(to, vf_load(from));
  if (count) vf_store_n(to, vf_load_n(from, count), count);
}

/// Where one tile reads and writes.
typedef struct f32_tile {
  const float *const *rows;
  const float *panel;
  const float *residual;
  float *y;
  size_t columns;
} f32_tile;

/// How many floats ahead weights are called for: a large layer's come from memory, once a run, and
/// are past before the processor has seen that they follow each other.
#define F32_AHEAD 4096

/// Sums of one tile over one row of weights.
#define F32_TILE_STEP(copy, offset)                          \
  {                                                          \
    vf weights[TILE_VECTORS];                                \
    _Pragma("clang loop unroll(full)")                       \
    for (size_t v = 0; v < vectors; v++) {                   \
      weights[v] = vf_load(panel + v * LANES);               \
      __builtin_prefetch(panel + v * LANES + F32_AHEAD);     \
    }                                                        \
    _Pragma("clang loop unroll(full)")                       \
    for (size_t i = 0; i < count; i++) {                     \
      vf value = vf_set(row[i][offset]);                     \
      _Pragma("clang loop unroll(full)")                     \
      for (size_t v = 0; v < vectors; v++) {                 \
        sums[copy][i][v] = vf_fma(value, weights[v], sums[copy][i][v]); \
      }                                                      \
    }                                                        \
    panel += vectors * LANES;                                \
  }

/// Adds the residual, clamps and writes one vector of a tile.
LAMINA_INLINE void f32_tile_write(
  const lamina_f32_product *product, const f32_tile *tile, size_t row, size_t column, vf sum) {
  if (column >= tile->columns) return;
  size_t rest = tile->columns - column;
  size_t count = rest < LANES ? rest : LANES;
  if (tile->residual) {
    const float *residual = tile->residual + row * product->residual_stride + column;
    sum = vf_add(sum, vf_load_n(residual, count));
  }
  sum = vf_min(vf_set(product->high), vf_max(vf_set(product->low), sum));
  vf_store_n(tile->y + row * product->y_stride + column, sum, count);
}

/// One tile of `count` rows by `vectors` vectors; few rows use `copies` independent sums.
LAMINA_INLINE void f32_tile_run(
  const size_t count, const size_t vectors, const size_t copies,
  const lamina_f32_product *product, size_t taps, size_t depth, const f32_tile *tile) {
  vf sums[4][TILE_ROWS][TILE_VECTORS];
  const float *panel = tile->panel;
  _Pragma("clang loop unroll(full)")
  for (size_t i = 0; i < count; i++) {
    _Pragma("clang loop unroll(full)")
    for (size_t v = 0; v < vectors; v++) {
      sums[0][i][v] = vf_load(panel + v * LANES);
      _Pragma("clang loop unroll(full)")
      for (size_t copy = 1; copy < copies; copy++) sums[copy][i][v] = vf_set(0);
    }
  }
  panel += vectors * LANES;
  for (size_t tap = 0; tap < taps; tap++) {
    const float *row[TILE_ROWS];
    _Pragma("clang loop unroll(full)")
    for (size_t i = 0; i < count; i++) row[i] = tile->rows[tap * TILE_ROWS + i];
    size_t k = 0;
    if (copies == 4) {
      for (; k + 4 <= depth; k += 4) {
        F32_TILE_STEP(0, k)
        F32_TILE_STEP(1, k + 1)
        F32_TILE_STEP(2, k + 2)
        F32_TILE_STEP(3, k + 3)
      }
    }
    if (copies == 2) {
      for (; k + 2 <= depth; k += 2) {
        F32_TILE_STEP(0, k)
        F32_TILE_STEP(1, k + 1)
      }
    }
    for (; k < depth; k++) F32_TILE_STEP(0, k)
  }
  _Pragma("clang loop unroll(full)")
  for (size_t i = 0; i < count; i++) {
    _Pragma("clang loop unroll(full)")
    for (size_t v = 0; v < vectors; v++) {
      vf sum = sums[0][i][v];
      _Pragma("clang loop unroll(full)")
      for (size_t copy = 1; copy < copies; copy++) sum = vf_add(sum, sums[copy][i][v]);
      f32_tile_write(product, tile, i, v * LANES, sum);
    }
  }
}
#undef F32_TILE_STEP
#undef F32_AHEAD

typedef void f32_tile_function(
  const lamina_f32_product *product, size_t taps, size_t depth, const f32_tile *tile);

/// One function per number of rows, for whole panels and for panels of one vector.
#define F32_TILE(count, copies)                                                            \
  static LAMINA_TARGET void f32_tile_wide_##count(                                         \
    const lamina_f32_product *product, size_t taps, size_t depth, const f32_tile *tile) {  \
    f32_tile_run(count, TILE_VECTORS, copies, product, taps, depth, tile);                 \
  }                                                                                        \
  static LAMINA_TARGET void f32_tile_slim_##count(                                         \
    const lamina_f32_product *product, size_t taps, size_t depth, const f32_tile *tile) {  \
    f32_tile_run(count, 1, copies, product, taps, depth, tile);                            \
  }

F32_TILE(1, 4)
F32_TILE(2, 2)
F32_TILE(3, 1)
F32_TILE(4, 1)
#if TILE_ROWS > 4
F32_TILE(5, 1)
F32_TILE(6, 1)
#endif
#if TILE_ROWS > 6
F32_TILE(7, 1)
F32_TILE(8, 1)
F32_TILE(9, 1)
F32_TILE(10, 1)
F32_TILE(11, 1)
F32_TILE(12, 1)
F32_TILE(13, 1)
F32_TILE(14, 1)
#endif
#undef F32_TILE

static f32_tile_function *const f32_tiles_wide[] = {
  f32_tile_wide_1, f32_tile_wide_2, f32_tile_wide_3, f32_tile_wide_4,
#if TILE_ROWS > 4
  f32_tile_wide_5, f32_tile_wide_6,
#endif
#if TILE_ROWS > 6
  f32_tile_wide_7, f32_tile_wide_8, f32_tile_wide_9, f32_tile_wide_10, f32_tile_wide_11,
  f32_tile_wide_12, f32_tile_wide_13, f32_tile_wide_14,
#endif
};

static f32_tile_function *const f32_tiles_slim[] = {
  f32_tile_slim_1, f32_tile_slim_2, f32_tile_slim_3, f32_tile_slim_4,
#if TILE_ROWS > 4
  f32_tile_slim_5, f32_tile_slim_6,
#endif
#if TILE_ROWS > 6
  f32_tile_slim_7, f32_tile_slim_8, f32_tile_slim_9, f32_tile_slim_10, f32_tile_slim_11,
  f32_tile_slim_12, f32_tile_slim_13, f32_tile_slim_14,
#endif
};

/// Copies the pixels that one row of a window covers side by side.
LAMINA_INLINE void f32_gather_line(
  const lamina_f32_product *product, const uint8_t *line, ptrdiff_t left, float *strip) {
  const lamina_window *window = product->window;
  const size_t depth = product->depth;
  for (size_t kx = 0; kx < window->kernel_width; kx++, strip += depth) {
    ptrdiff_t column = left + (ptrdiff_t)(kx * window->dilation_x);
    bool inside = line && column >= 0 && column < (ptrdiff_t)window->width;
    const float *run =
      inside ? (const float *)(line + (size_t)column * window->pixel_bytes) : product->zeros;
    copy_floats(strip, run, depth);
  }
}

/// Finds the runs under the rows of the window at `count` output pixels, one run a row.
///
/// A run lies in the image where its pixels do, and is copied together from there elsewhere.
static LAMINA_TARGET const float *const *f32_gather(
  const lamina_f32_product *product, const uint8_t *x, size_t first, size_t count,
  void *scratch) {
  const lamina_window *window = product->window;
  const size_t length = window->kernel_width * product->depth;
  const bool joins =
    window->dilation_x == 1 && window->pixel_bytes == product->depth * sizeof(float);
  const float **rows = scratch;
  float *strip = (float *)(rows + TILE_ROWS * window->kernel_height);
  lamina_place place = lamina_place_at(window, first);
  for (size_t i = 0; i < count; i++) {
    ptrdiff_t left = (ptrdiff_t)(place.x * window->stride_x) - window->left;
    bool whole =
      joins && left >= 0 && left + (ptrdiff_t)window->kernel_width <= (ptrdiff_t)window->width;
    for (size_t ky = 0; ky < window->kernel_height; ky++) {
      const uint8_t *line = lamina_input_row(window, x, place, ky);
      if (whole && line) {
        rows[ky * TILE_ROWS + i] = (const float *)(line + (size_t)left * window->pixel_bytes);
        continue;
      }
      f32_gather_line(product, line, left, strip);
      rows[ky * TILE_ROWS + i] = strip;
      strip += length;
    }
    lamina_place_advance(&place, window);
  }
  return rows;
}

/// Finds the rows of one tile: in the matrix, under the window, or gathered into scratch.
LAMINA_INLINE const float *const *f32_tile_rows(
  const lamina_f32_product *product, const float *x, size_t first, size_t count, void *scratch,
  const float **local) {
  if (!product->window) {
    for (size_t i = 0; i < count; i++) local[i] = x + (first + i) * product->x_stride;
    return local;
  }
  if (product->gathers) return f32_gather(product, (const uint8_t *)x, first, count, scratch);
  lamina_window_rows(
    product->window, (const uint8_t *)x, (const uint8_t *)product->zeros, first, count, TILE_ROWS,
    (const uint8_t **)scratch);
  return (const float *const *)scratch;
}

/// Panels are taken in blocks that stay in the second-level cache.
#define F32_BLOCK_FLOATS 98304

LAMINA_TARGET void LAMINA_TILE(f32_product)(
  const lamina_f32_product *product, const float *x, const float *residual, float *y,
  void *scratch, size_t row_begin, size_t row_end, size_t panel_begin, size_t panel_end) {
  const size_t width = TILE_VECTORS * LANES;
  const size_t inner = product->taps * product->depth;
  const size_t panel_floats = (inner + 1) * width;
  const bool gathers = product->window && product->gathers;
  const size_t taps = gathers ? product->window->kernel_height : product->taps;
  const size_t depth = gathers ? product->window->kernel_width * product->depth : product->depth;
  const size_t rows = row_end - row_begin;
  const size_t tiles = (rows + TILE_ROWS - 1) / TILE_ROWS;
  size_t block = F32_BLOCK_FLOATS / panel_floats;
  if (block == 0) block = 1;
  for (size_t from = panel_begin; from < panel_end; from += block) {
    size_t to = panel_end - from < block ? panel_end : from + block;
    for (size_t t = 0; t < tiles; t++) {
      // Tiles of nearly equal height, so that none is left with one or two rows.
      size_t first = row_begin + t * rows / tiles;
      size_t count = row_begin + (t + 1) * rows / tiles - first;
      const float *local[TILE_ROWS];
      const float *const *tile_rows = f32_tile_rows(product, x, first, count, scratch, local);
      for (size_t panel = from; panel < to; panel++) {
        size_t column = panel * width;
        f32_tile tile = {
          .rows = tile_rows,
          .panel = product->panels + panel * panel_floats,
          .residual = residual ? residual + first * product->residual_stride + column : NULL,
          .y = y + first * product->y_stride + column,
          .columns = product->columns - column < width ? product->columns - column : width,
        };
        f32_tile_function *const *table = tile.columns <= LANES ? f32_tiles_slim : f32_tiles_wide;
        table[count - 1](product, taps, depth, &tile);
      }
      if (product->activation == lamina_unary_identity) continue;
      size_t column = from * width;
      size_t end = to * width < product->columns ? to * width : product->columns;
      // Lines without gaps are one.
      bool joins = product->y_stride == end - column;
      size_t lines = joins ? 1 : count, length = joins ? count * (end - column) : end - column;
      for (size_t i = 0; i < lines; i++) {
        float *line = y + (first + i) * product->y_stride + column;
        LAMINA_KERNEL(f32_unary)(
          product->activation, line, line, length, product->alpha, product->beta);
      }
    }
  }
}
#undef F32_BLOCK_FLOATS

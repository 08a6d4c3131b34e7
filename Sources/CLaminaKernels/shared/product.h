// Matrix products and convolutions with float32 sums: packed panels, accumulators in registers.
//
// For the elements that the including file defined (element.h of their folder): `FLOAT_GROUP` of
// them meet as many weights of each column in one step. With `FLOAT_SCALES` of 1, weights are
// codes, and a panel has their scales behind its biases.

#include "window.h"

/// Where one tile reads and writes.
typedef struct FLOAT(tile) {
  const FLOAT_ELEMENT *const *rows;
  const uint8_t *panel;
  const FLOAT_ELEMENT *residual;
  FLOAT_ELEMENT *y;
  size_t columns;
  /// What is called for while the tile is computed, so many bytes a step.
  const uint8_t *ahead;
  size_t ahead_step;
} FLOAT(tile);

/// How many bytes ahead the first tile calls for weights: a large layer's come from memory, once a
/// run, and are past before the processor has seen that they follow each other.
#define FLOAT_AHEAD 4096

/// Bytes of a vector of weights.
#define FLOAT_VECTOR (LANES * FLOAT_WEIGHT_BYTES)

/// Bytes of a column before its weights.
#define FLOAT_HEAD ((1 + FLOAT_SCALES) * sizeof(float))

/// Sums of one tile over one row of weights.
#define FLOAT_TILE_STEP(copy, value_at, offset)              \
  {                                                          \
    FLOAT_VALUE weights[TILE_VECTORS];                       \
    _Pragma("clang loop unroll(full)")                       \
    for (size_t v = 0; v < vectors; v++) {                   \
      weights[v] = FLOAT(weights)(panel + v * FLOAT_VECTOR); \
      if (count < 3) {                                       \
        __builtin_prefetch(ahead + v * FLOAT_VECTOR);        \
      } else {                                               \
        __builtin_prefetch(ahead + v * FLOAT_VECTOR, 0, 2);  \
      }                                                      \
    }                                                        \
    _Pragma("clang loop unroll(full)")                       \
    for (size_t i = 0; i < count; i++) {                     \
      FLOAT_VALUE value = FLOAT(value_at)(row[i] + (offset)); \
      _Pragma("clang loop unroll(full)")                     \
      for (size_t v = 0; v < vectors; v++) {                 \
        sums[copy][i][v] = FLOAT(sum)(sums[copy][i][v], value, weights[v]); \
      }                                                      \
    }                                                        \
    panel += vectors * FLOAT_VECTOR;                         \
    ahead += tile->ahead_step;                               \
  }

/// Adds the residual to the sums of a tile.
LAMINA_INLINE void FLOAT(tile_add)(
  const size_t count, const size_t vectors, const FLOAT(tile) *tile, size_t stride,
  vf sums[TILE_ROWS][TILE_VECTORS]) {
  const FLOAT_ELEMENT *residual = tile->residual;
  const size_t columns = tile->columns;
  _Pragma("clang loop unroll(full)")
  for (size_t i = 0; i < count; i++, residual += stride) {
    _Pragma("clang loop unroll(full)")
    for (size_t v = 0; v < vectors; v++) {
      const size_t done = v * LANES < columns ? v * LANES : columns;
      const size_t n = columns - done < LANES ? columns - done : LANES;
      sums[i][v] = vf_add(sums[i][v], FLOAT(load_n)(residual + done, n));
    }
  }
}

/// Clamps and writes the sums of a tile; `is_whole` where it has columns for all lanes.
LAMINA_INLINE void FLOAT(tile_store)(
  const size_t count, const size_t vectors, const bool is_whole, vf low, vf high,
  FLOAT_ELEMENT *y, size_t stride, size_t columns, vf sums[TILE_ROWS][TILE_VECTORS]) {
  _Pragma("clang loop unroll(full)")
  for (size_t i = 0; i < count; i++, y += stride) {
    _Pragma("clang loop unroll(full)")
    for (size_t v = 0; v < vectors; v++) {
      const vf value = vf_min(high, vf_max(low, sums[i][v]));
      if (is_whole) {
        FLOAT(store)(y + v * LANES, value);
      } else if (v * LANES < columns) {
        const size_t rest = columns - v * LANES;
        FLOAT(store_n)(y + v * LANES, value, rest < LANES ? rest : LANES);
      }
    }
  }
}

/// Ends the sums of a tile.
LAMINA_INLINE void FLOAT(tile_write)(
  const size_t count, const size_t vectors, const lamina_f32_product *product,
  const FLOAT(tile) *tile, vf sums[TILE_ROWS][TILE_VECTORS]) {
  const vf low = vf_set(product->low), high = vf_set(product->high);
  const size_t stride = product->y_stride, columns = tile->columns;
  if (tile->residual) FLOAT(tile_add)(count, vectors, tile, product->residual_stride, sums);
  if (columns == vectors * LANES) {
    FLOAT(tile_store)(count, vectors, true, low, high, tile->y, stride, columns, sums);
  } else {
    FLOAT(tile_store)(count, vectors, false, low, high, tile->y, stride, columns, sums);
  }
}

/// One tile of `count` rows by `vectors` vectors; few rows use `copies` independent sums.
LAMINA_INLINE void FLOAT(tile_run)(
  const size_t count, const size_t vectors, const size_t copies,
  const lamina_f32_product *product, size_t taps, size_t depth, const FLOAT(tile) *tile) {
  vf sums[4][TILE_ROWS][TILE_VECTORS];
  const uint8_t *panel = tile->panel, *ahead = tile->ahead;
  _Pragma("clang loop unroll(full)")
  for (size_t i = 0; i < count; i++) {
    _Pragma("clang loop unroll(full)")
    for (size_t v = 0; v < vectors; v++) {
      sums[0][i][v] = FLOAT_SCALES ? vf_set(0) : vf_load((const float *)panel + v * LANES);
      _Pragma("clang loop unroll(full)")
      for (size_t copy = 1; copy < copies; copy++) sums[copy][i][v] = vf_set(0);
    }
  }
  panel += vectors * LANES * FLOAT_HEAD;
  for (size_t tap = 0; tap < taps; tap++) {
    const FLOAT_ELEMENT *row[TILE_ROWS];
    _Pragma("clang loop unroll(full)")
    for (size_t i = 0; i < count; i++) row[i] = tile->rows[tap * TILE_ROWS + i];
    size_t k = 0;
    if (copies == 4) {
      for (; k + 4 * FLOAT_GROUP <= depth; k += 4 * FLOAT_GROUP) {
        FLOAT_TILE_STEP(0, value, k)
        FLOAT_TILE_STEP(1, value, k + FLOAT_GROUP)
        FLOAT_TILE_STEP(2, value, k + 2 * FLOAT_GROUP)
        FLOAT_TILE_STEP(3, value, k + 3 * FLOAT_GROUP)
      }
    }
    if (copies == 2) {
      for (; k + 2 * FLOAT_GROUP <= depth; k += 2 * FLOAT_GROUP) {
        FLOAT_TILE_STEP(0, value, k)
        FLOAT_TILE_STEP(1, value, k + FLOAT_GROUP)
      }
    }
    for (; k + FLOAT_GROUP <= depth; k += FLOAT_GROUP) FLOAT_TILE_STEP(0, value, k)
    if (FLOAT_GROUP > 1 && k < depth) FLOAT_TILE_STEP(0, last_value, k)
  }
  _Pragma("clang loop unroll(full)")
  for (size_t i = 0; i < count; i++) {
    _Pragma("clang loop unroll(full)")
    for (size_t v = 0; v < vectors; v++) {
      vf sum = sums[0][i][v];
      _Pragma("clang loop unroll(full)")
      for (size_t copy = 1; copy < copies; copy++) sum = vf_add(sum, sums[copy][i][v]);
      if (FLOAT_SCALES) {
        const float *bias = (const float *)tile->panel + v * LANES;
        sum = vf_fma(sum, vf_load(bias + vectors * LANES), vf_load(bias));
      }
      sums[0][i][v] = sum;
    }
  }
  FLOAT(tile_write)(count, vectors, product, tile, sums[0]);
}
#undef FLOAT_TILE_STEP

typedef void FLOAT(tile_function)(
  const lamina_f32_product *product, size_t taps, size_t depth, const FLOAT(tile) *tile);

/// One function per number of rows, for whole panels and for panels of one vector.
#define FLOAT_TILE(count, copies)                                                           \
  static LAMINA_TARGET void FLOAT(tile_wide_##count)(                                       \
    const lamina_f32_product *product, size_t taps, size_t depth, const FLOAT(tile) *tile) { \
    FLOAT(tile_run)(count, TILE_VECTORS, copies, product, taps, depth, tile);               \
  }                                                                                         \
  static LAMINA_TARGET void FLOAT(tile_slim_##count)(                                       \
    const lamina_f32_product *product, size_t taps, size_t depth, const FLOAT(tile) *tile) { \
    FLOAT(tile_run)(count, 1, copies, product, taps, depth, tile);                          \
  }

FLOAT_TILE(1, 4)
FLOAT_TILE(2, 2)
FLOAT_TILE(3, 1)
FLOAT_TILE(4, 1)
#if TILE_ROWS > 4
FLOAT_TILE(5, 1)
FLOAT_TILE(6, 1)
#endif
#if TILE_ROWS > 6
FLOAT_TILE(7, 1)
FLOAT_TILE(8, 1)
#endif
#if TILE_ROWS > 8
FLOAT_TILE(9, 1)
FLOAT_TILE(10, 1)
FLOAT_TILE(11, 1)
FLOAT_TILE(12, 1)
FLOAT_TILE(13, 1)
FLOAT_TILE(14, 1)
#endif
#undef FLOAT_TILE

#define FLOAT_TILES_4(form) \
  FLOAT(tile_##form##_1), FLOAT(tile_##form##_2), FLOAT(tile_##form##_3), FLOAT(tile_##form##_4)
#if TILE_ROWS == 4
#define FLOAT_TILES(form) FLOAT_TILES_4(form)
#elif TILE_ROWS == 6
#define FLOAT_TILES(form) FLOAT_TILES_4(form), FLOAT(tile_##form##_5), FLOAT(tile_##form##_6)
#elif TILE_ROWS == 8
#define FLOAT_TILES(form)                                                    \
  FLOAT_TILES_4(form), FLOAT(tile_##form##_5), FLOAT(tile_##form##_6),       \
    FLOAT(tile_##form##_7), FLOAT(tile_##form##_8)
#else
#define FLOAT_TILES(form)                                                    \
  FLOAT_TILES_4(form), FLOAT(tile_##form##_5), FLOAT(tile_##form##_6),       \
    FLOAT(tile_##form##_7), FLOAT(tile_##form##_8), FLOAT(tile_##form##_9),  \
    FLOAT(tile_##form##_10), FLOAT(tile_##form##_11), FLOAT(tile_##form##_12), \
    FLOAT(tile_##form##_13), FLOAT(tile_##form##_14)
#endif

static FLOAT(tile_function) *const FLOAT(tiles_wide)[] = {FLOAT_TILES(wide)};
static FLOAT(tile_function) *const FLOAT(tiles_slim)[] = {FLOAT_TILES(slim)};
#undef FLOAT_TILES
#undef FLOAT_TILES_4

#include "product_rows.h"

/// Panels are taken in blocks that stay in the second-level cache.
#define FLOAT_BLOCK_BYTES 393216

/// Applies the function after the clamp to `count` rows of some columns.
LAMINA_INLINE void FLOAT(activate)(
  const lamina_f32_product *product, FLOAT_ELEMENT *y, size_t count, size_t columns) {
  // Lines without gaps are one.
  bool joins = product->y_stride == columns;
  size_t lines = joins ? 1 : count, length = joins ? count * columns : columns;
  for (size_t i = 0; i < lines; i++, y += product->y_stride) {
    FLOAT_UNARY(product->activation, y, y, length, product->alpha, product->beta);
  }
}

/// How many rows a tile has at most.
///
/// Rows whole pages apart fall into the same set of the first-level cache, which has 8 or 12
/// places: of a full tile's rows, each would push out another before it is read again.
LAMINA_INLINE size_t FLOAT(tile_height)(const lamina_f32_product *product) {
  const size_t page = 4096, places = 8;
  const lamina_window *window = product->window;
  size_t distance = window ? window->stride_x * window->pixel_bytes
                           : product->x_stride * sizeof(FLOAT_ELEMENT);
  return distance % page == 0 && places < TILE_ROWS ? places : TILE_ROWS;
}

/// How a product is cut: panels of `panel_bytes`, `block` of them at a time, rows in `tiles` tiles,
/// each of `taps` runs of `depth` elements in `steps` steps.
typedef struct FLOAT(cut) {
  size_t taps, depth, steps, panel_bytes, tiles, block;
} FLOAT(cut);

LAMINA_INLINE FLOAT(cut) FLOAT(cut_of)(const lamina_f32_product *product, size_t rows) {
  const bool gathers = product->window && product->gathers;
  FLOAT(cut) cut = {.taps = product->taps, .depth = product->depth};
  if (gathers) {
    cut.taps = product->window->kernel_height;
    cut.depth = product->window->kernel_width * product->depth;
  }
  cut.steps = cut.taps * ((cut.depth + FLOAT_GROUP - 1) / FLOAT_GROUP);
  cut.panel_bytes = TILE_VECTORS * LANES * (FLOAT_HEAD + cut.steps * FLOAT_WEIGHT_BYTES);
  const size_t height = FLOAT(tile_height)(product);
  cut.tiles = (rows + height - 1) / height;
  cut.block = FLOAT_BLOCK_BYTES / cut.panel_bytes;
  if (cut.block == 0) cut.block = 1;
  return cut;
}

/// Panels that are computed together, and what comes into the second-level cache meanwhile: `step`
/// bytes from `next` on in each step.
typedef struct FLOAT(panel_block) {
  size_t from, to;
  const uint8_t *next;
  size_t step;
  /// The first tile calls for the block's own weights.
  bool is_cold;
} FLOAT(panel_block);

LAMINA_INLINE FLOAT(panel_block) FLOAT(panel_block_at)(
  const lamina_f32_product *product, const FLOAT(cut) *cut, size_t from, size_t panel_begin,
  size_t panel_end) {
  const size_t to = panel_end - from < cut->block ? panel_end : from + cut->block;
  const bool last = to == panel_end;
  const size_t left = last ? product->next_bytes : (panel_end - to) * cut->panel_bytes;
  const size_t bytes = left < FLOAT_BLOCK_BYTES ? left : FLOAT_BLOCK_BYTES;
  const size_t steps = cut->tiles * (to - from) * cut->steps;
  const uint8_t *panels = (const uint8_t *)product->panels;
  return (FLOAT(panel_block)){
    .from = from, .to = to, .next = last ? product->next : panels + to * cut->panel_bytes,
    .step = bytes / (steps ? steps : 1) + 1,
    .is_cold = from == panel_begin && !product->is_called};
}

/// Tile `t`, `count` rows, of all panels of a block.
LAMINA_INLINE void FLOAT(panel_block_tile)(
  const lamina_f32_product *product, const FLOAT(cut) *cut, const FLOAT(panel_block) *block,
  size_t t, size_t count, const FLOAT_ELEMENT *const *rows, const FLOAT_ELEMENT *residual,
  FLOAT_ELEMENT *y) {
  const size_t width = TILE_VECTORS * LANES;
  const bool cold = cut->tiles == 1 || (t == 0 && block->is_cold) || !block->next;
  const size_t done = t * (block->to - block->from);
  for (size_t panel = block->from; panel < block->to; panel++) {
    const size_t column = panel * width, left = product->columns - column;
    const uint8_t *weights = (const uint8_t *)product->panels + panel * cut->panel_bytes;
    const size_t place = (done + panel - block->from) * cut->steps;
    const FLOAT(tile) tile = {
      .rows = rows,
      .panel = weights,
      .residual = residual ? residual + column : NULL,
      .y = y + column,
      .columns = left < width ? left : width,
      .ahead = cold ? weights + FLOAT_AHEAD : block->next + place * block->step,
      .ahead_step = cold ? width * FLOAT_WEIGHT_BYTES : block->step,
    };
    FLOAT(tile_function) *const *table =
      tile.columns <= LANES ? FLOAT(tiles_slim) : FLOAT(tiles_wide);
    table[count - 1](product, cut->taps, cut->depth, &tile);
  }
  if (product->activation == lamina_unary_identity) return;
  const size_t column = block->from * width, end = block->to * width;
  const size_t columns = (end < product->columns ? end : product->columns) - column;
  FLOAT(activate)(product, y + column, count, columns);
}

LAMINA_TARGET void FLOAT_PRODUCT(
  const lamina_f32_product *product, const FLOAT_ELEMENT *x, const FLOAT_ELEMENT *residual,
  FLOAT_ELEMENT *y, void *scratch, size_t row_begin, size_t row_end, size_t panel_begin,
  size_t panel_end) {
  const size_t rows = row_end - row_begin;
  const FLOAT(cut) cut = FLOAT(cut_of)(product, rows);
  for (size_t from = panel_begin; from < panel_end; from += cut.block) {
    const FLOAT(panel_block) block =
      FLOAT(panel_block_at)(product, &cut, from, panel_begin, panel_end);
    for (size_t t = 0; t < cut.tiles; t++) {
      // Tiles of nearly equal height, so that none is left with one or two rows.
      const size_t first = row_begin + t * rows / cut.tiles;
      const size_t count = row_begin + (t + 1) * rows / cut.tiles - first;
      const FLOAT_ELEMENT *local[TILE_ROWS];
      const FLOAT_ELEMENT *const *tile_rows =
        FLOAT(tile_rows)(product, x, first, count, scratch, local);
      FLOAT(panel_block_tile)(
        product, &cut, &block, t, count, tile_rows,
        residual ? residual + first * product->residual_stride : NULL,
        y + first * product->y_stride);
    }
  }
}
#undef FLOAT_BLOCK_BYTES
#undef FLOAT_AHEAD
#undef FLOAT_HEAD
#undef FLOAT_VECTOR

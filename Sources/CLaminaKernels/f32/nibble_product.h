// Products of float32 with weights of 4 bits.
//
// A scale belongs to a column and a block of elements. A few rows meet the codes, and each block's
// sums are scaled. For more rows codes are widened, some panels at a time, for `f32_product`.

#include "../include/lamina_small.h"

/// How many bytes ahead weights are called for.
#define NIBBLE_AHEAD 16384

/// Sums of a tile over one of the rows of weights that share words.
LAMINA_INLINE void nibble_step(
  const size_t count, const size_t vectors, const uint8_t *words, size_t row,
  const float *const *x, size_t k, vf sums[lamina_small_rows][TILE_VECTORS]) {
  _Pragma("clang loop unroll(full)")
  for (size_t v = 0; v < vectors; v++) {
    vf weights = vf_nibble(vi_load((const int32_t *)words + v * LANES), row);
    _Pragma("clang loop unroll(full)")
    for (size_t i = 0; i < count; i++) {
      sums[i][v] = vf_fma(vf_set(x[i][k + row]), weights, sums[i][v]);
    }
  }
}

/// Sums of a tile over a block of weights; few rows use `copies` independent sums.
LAMINA_INLINE void nibble_sum(
  const size_t count, const size_t vectors, const uint8_t *words, const float *const *x, size_t k,
  size_t end, vf result[lamina_small_rows][TILE_VECTORS]) {
  const size_t copies = count == 1 ? 4 : count == 2 ? 2 : 1, bytes = vectors * LANES * 4;
  vf sums[4][lamina_small_rows][TILE_VECTORS];
  _Pragma("clang loop unroll(full)")
  for (size_t place = 0; place < copies * count * vectors; place++) {
    sums[place / vectors / count][place / vectors % count][place % vectors] = vf_set(0);
  }
  for (; k + lamina_small_word <= end; k += lamina_small_word, words += bytes) {
    _Pragma("clang loop unroll(full)")
    for (size_t line = 0; line < bytes; line += 64) __builtin_prefetch(words + line + NIBBLE_AHEAD);
    _Pragma("clang loop unroll(full)")
    for (size_t row = 0; row < lamina_small_word; row++) {
      nibble_step(count, vectors, words, row, x, k, sums[row % copies]);
    }
  }
  for (size_t row = 0; k + row < end; row++) {
    nibble_step(count, vectors, words, row, x, k, sums[0]);
  }
  _Pragma("clang loop unroll(full)")
  for (size_t place = 0; place < count * vectors; place++) {
    const size_t i = place / vectors, v = place % vectors;
    result[i][v] = sums[0][i][v];
    _Pragma("clang loop unroll(full)")
    for (size_t copy = 1; copy < copies; copy++) {
      result[i][v] = vf_add(result[i][v], sums[copy][i][v]);
    }
  }
}

/// Bytes of the words of a block.
LAMINA_INLINE size_t nibble_bytes(size_t width, size_t rows) {
  return (rows + lamina_small_word - 1) / lamina_small_word * width * 4;
}

/// Where the block of an element ends.
LAMINA_INLINE size_t nibble_end(size_t k, size_t depth) {
  return depth - k > lamina_small_block ? k + lamina_small_block : depth;
}

/// One tile of `count` rows by `vectors` vectors.
LAMINA_INLINE void nibble_tile_run(
  const size_t count, const size_t vectors, const lamina_f32_product *product, size_t taps,
  size_t depth, const f32_tile *tile) {
  const size_t width = vectors * LANES;
  const uint8_t *panel = tile->panel;
  vf totals[lamina_small_rows][TILE_VECTORS], sums[lamina_small_rows][TILE_VECTORS];
  _Pragma("clang loop unroll(full)")
  for (size_t place = 0; place < count * vectors; place++) {
    const size_t v = place % vectors;
    totals[place / vectors][v] = vf_load((const float *)panel + v * LANES);
  }
  panel += width * sizeof(float);
  for (size_t tap = 0; tap < taps; tap++) {
    for (size_t k = 0, end; k < depth; k = end) {
      end = nibble_end(k, depth);
      const float *scales = (const float *)panel;
      panel += width * sizeof(float);
      nibble_sum(count, vectors, panel, tile->rows + tap * TILE_ROWS, k, end, sums);
      panel += nibble_bytes(width, end - k);
      _Pragma("clang loop unroll(full)")
      for (size_t place = 0; place < count * vectors; place++) {
        const size_t i = place / vectors, v = place % vectors;
        totals[i][v] = vf_fma(sums[i][v], vf_load(scales + v * LANES), totals[i][v]);
      }
    }
  }
  f32_tile_write(count, vectors, product, tile, totals);
}

/// One function per number of rows, for whole panels and for panels of one vector.
#define NIBBLE_TILE(count)                                                                \
  static LAMINA_TARGET void nibble_tile_wide_##count(                                     \
    const lamina_f32_product *product, size_t taps, size_t depth, const f32_tile *tile) { \
    nibble_tile_run(count, TILE_VECTORS, product, taps, depth, tile);                     \
  }                                                                                       \
  static LAMINA_TARGET void nibble_tile_slim_##count(                                     \
    const lamina_f32_product *product, size_t taps, size_t depth, const f32_tile *tile) { \
    nibble_tile_run(count, 1, product, taps, depth, tile);                                \
  }

NIBBLE_TILE(1)
NIBBLE_TILE(2)
NIBBLE_TILE(3)
NIBBLE_TILE(4)
#undef NIBBLE_TILE

static f32_tile_function *const nibble_tiles_wide[] = {
  nibble_tile_wide_1, nibble_tile_wide_2, nibble_tile_wide_3, nibble_tile_wide_4};
static f32_tile_function *const nibble_tiles_slim[] = {
  nibble_tile_slim_1, nibble_tile_slim_2, nibble_tile_slim_3, nibble_tile_slim_4};

/// A few rows by the codes.
static LAMINA_TARGET void nibble_rows(
  const lamina_f32_product *product, size_t panel_bytes, const float *x, const float *residual,
  float *y, void *scratch, size_t first, size_t count, size_t panel_begin, size_t panel_end) {
  const size_t width = TILE_VECTORS * LANES;
  const float *local[TILE_ROWS];
  const float *const *rows = f32_tile_rows(product, x, first, count, scratch, local);
  for (size_t panel = panel_begin; panel < panel_end; panel++) {
    size_t column = panel * width;
    f32_tile tile = {
      .rows = rows,
      .panel = (const uint8_t *)product->panels + panel * panel_bytes,
      .residual = residual ? residual + first * product->residual_stride + column : NULL,
      .y = y + first * product->y_stride + column,
      .columns = product->columns - column < width ? product->columns - column : width,
    };
    f32_tile_function *const *table = tile.columns <= LANES ? nibble_tiles_slim : nibble_tiles_wide;
    table[count - 1](product, product->taps, product->depth, &tile);
  }
  if (product->activation == lamina_unary_identity) return;
  size_t column = panel_begin * width;
  size_t end = panel_end * width < product->columns ? panel_end * width : product->columns;
  f32_activate(product, y + first * product->y_stride + column, count, end - column);
}

/// Widens a block of weights; returns the end of what it writes.
LAMINA_INLINE float *nibble_widen_block(
  const size_t vectors, const float *scales, const uint8_t *words, size_t count, float *to) {
  for (size_t k = 0; k < count; k++, to += vectors * LANES) {
    const size_t row = k % lamina_small_word;
    const int32_t *word = (const int32_t *)words + k / lamina_small_word * vectors * LANES;
    _Pragma("clang loop unroll(full)")
    for (size_t v = 0; v < vectors; v++) {
      vf codes = vf_nibble(vi_load(word + v * LANES), row);
      vf_store(to + v * LANES, vf_mul(codes, vf_load(scales + v * LANES)));
    }
  }
  return to;
}

/// Widens a panel to one of `f32_product`; returns its end.
LAMINA_INLINE float *nibble_widen(
  const size_t vectors, const lamina_f32_product *product, const uint8_t *panel, float *to) {
  const size_t width = vectors * LANES;
  memcpy(to, panel, width * sizeof(float));
  to += width;
  panel += width * sizeof(float);
  for (size_t tap = 0; tap < product->taps; tap++) {
    for (size_t k = 0, end; k < product->depth; k = end) {
      end = nibble_end(k, product->depth);
      const float *scales = (const float *)panel;
      panel += width * sizeof(float);
      to = nibble_widen_block(vectors, scales, panel, end - k, to);
      panel += nibble_bytes(width, end - k);
    }
  }
  return to;
}

static LAMINA_TARGET float *nibble_widen_panel(
  const lamina_f32_product *product, size_t panel, size_t panel_bytes, float *to) {
  const uint8_t *words = (const uint8_t *)product->panels + panel * panel_bytes;
  return product->columns - panel * TILE_VECTORS * LANES <= LANES
    ? nibble_widen(1, product, words, to) : nibble_widen(TILE_VECTORS, product, words, to);
}

LAMINA_TARGET void LAMINA_TILE(f32_nibble_product)(
  const lamina_f32_product *product, const float *x, const float *residual, float *y,
  void *scratch, size_t row_begin, size_t row_end, size_t panel_begin, size_t panel_end) {
  if (row_begin == row_end || panel_begin == panel_end) return;
  const size_t width = TILE_VECTORS * LANES;
  const size_t panel_bytes =
    lamina_small_panel_bytes(lamina_small_nibble, product->taps, product->depth, width);
  if (row_end - row_begin <= lamina_small_rows) {
    nibble_rows(
      product, panel_bytes, x, residual, y, scratch, row_begin, row_end - row_begin, panel_begin,
      panel_end);
    return;
  }
  const size_t bytes = lamina_nibble_scratch(product, LANES, TILE_VECTORS);
  const size_t block = bytes / (width * sizeof(float) * (1 + product->taps * product->depth));
  for (size_t from = panel_begin; from < panel_end; from += block) {
    const size_t to = panel_end - from < block ? panel_end : from + block;
    const size_t column = from * width;
    lamina_f32_product widened = *product;
    widened.panels = scratch;
    widened.columns -= column;
    float *wide = scratch;
    for (size_t panel = from; panel < to; panel++) {
      wide = nibble_widen_panel(product, panel, panel_bytes, wide);
    }
    LAMINA_TILE(f32_product)(
      &widened, x, residual ? residual + column : NULL, y + column, (uint8_t *)scratch + bytes,
      row_begin, row_end, 0, to - from);
  }
}
#undef NIBBLE_AHEAD

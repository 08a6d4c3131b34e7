// How the 32-bit sums of a tile of a byte product become bytes.

#include "blend.h"

/// Where one tile reads and writes.
typedef struct i8_tile {
  const uint8_t *const *rows;
  const int8_t *panel;
  uint8_t *y;
  size_t columns;
  const int32_t *row_sums;
  /// What is added before the end, or null.
  const uint8_t *addend;
} i8_tile;

/// Rounds, shifts, clamps and writes one vector of sums.
LAMINA_INLINE void i8_requantize(
  vi sum, vf multiplier, vf low, vf high, vi zero, uint8_t *y, size_t count) {
  vf real = vf_mul(vf_from_int(sum), multiplier);
  real = vf_min(high, vf_max(low, real));
  vi_store_bytes(y, vi_add(vi_from_float(real), zero), count);
}

/// Sums in quanta: times a factor, ties to even.
///
/// Where products `fits`, below 2²², a sum with 1.5 · 2²³ has the nearest whole number in its lowest
/// bits: one step in place of a product, a limit and a conversion.
LAMINA_INLINE vi i8_rescale(vi sum, vf multiplier, const bool fits) {
  if (!fits) return i8_round(vf_mul(vf_from_int(sum), multiplier), true);
  const vf shifted = vf_fma(vf_from_int(sum), multiplier, vf_set(0x1.8p23f));
  return vi_sub(vi_bits(shifted), vi_set(0x4b400000));
}

/// What a product's quanta become before they are stored.
LAMINA_INLINE i8_blend i8_blend_of_ending(const lamina_i8_product *product) {
  const lamina_i8_ending *ending = product->ending;
  return i8_blend_of(
    (i8_term){ending->result_scale, 0, false},
    (i8_term){
      product->addend ? ending->addend_scale : 0, ending->addend_zero, ending->addend_signed},
    ending->y_scale, ending->y_zero, ending->y_low, ending->y_high, true);
}

/// Ends one vector of quanta from `low` to `high`; `addend` may be null.
LAMINA_INLINE vi i8_end(
  const i8_blend *blend, vi quanta, int32_t low, int32_t high, const uint8_t *addend,
  size_t n) {
  quanta = vi_min(vi_set(high), vi_max(vi_set(low), quanta));
  vf real = vf_fma(vf_from_int(quanta), vf_set(blend->a_factor), vf_set(blend->offset));
  if (addend) {
    vi other = vi_xor(vi_bytes_n(addend, n), vi_set(blend->b_flip));
    real = vf_fma(vf_from_int(other), vf_set(blend->b_factor), real);
  }
  return i8_round(real, true);
}

/// Turns one tile's sums into quanta.
LAMINA_INLINE void i8_tile_rescale(
  const size_t count, const size_t vectors, const bool fits, const i8_tile *tile,
  vi sums[TILE_ROWS][TILE_VECTORS]) {
  const int8_t *head = tile->panel;
  _Pragma("clang loop unroll(full)")
  for (size_t v = 0; v < vectors; v++) {
    if (tile->row_sums) {
      vi zeros = vi_load((const int32_t *)(head + 8 * vectors * LANES) + v * LANES);
      _Pragma("clang loop unroll(full)")
      for (size_t i = 0; i < count; i++) {
        sums[i][v] = vi_sub(sums[i][v], vi_mul(zeros, vi_set(tile->row_sums[i])));
      }
    }
    const vf multiplier = vf_load((const float *)(head + 4 * vectors * LANES) + v * LANES);
    _Pragma("clang loop unroll(full)")
    for (size_t i = 0; i < count; i++) sums[i][v] = i8_rescale(sums[i][v], multiplier, fits);
  }
}

/// Ends the quanta of a tile as the product says.
LAMINA_INLINE void i8_tile_end(
  const size_t count, const size_t vectors, const lamina_i8_product *product,
  const i8_blend *blend, const i8_tile *tile, vi quanta[TILE_ROWS][TILE_VECTORS]) {
  const int32_t low = product->y_low - product->y_zero;
  const int32_t high = product->y_high - product->y_zero;
  _Pragma("clang loop unroll(full)")
  for (size_t i = 0; i < count; i++) {
    const uint8_t *addend = tile->addend ? tile->addend + i * product->addend_stride : NULL;
    _Pragma("clang loop unroll(full)")
    for (size_t v = 0; v < vectors; v++) {
      const size_t done = v * LANES;
      if (done >= tile->columns) continue;
      const size_t rest = tile->columns - done;
      quanta[i][v] = i8_end(
        blend, quanta[i][v], low, high, addend ? addend + done : NULL,
        rest < LANES ? rest : LANES);
    }
  }
}

/// Turns one tile's sums into bytes.
LAMINA_INLINE void i8_tile_write(
  const size_t count, const size_t vectors, const lamina_i8_product *product,
  const i8_blend *blend, const i8_tile *tile, vi sums[TILE_ROWS][TILE_VECTORS]) {
  if (product->fits) {
    i8_tile_rescale(count, vectors, true, tile, sums);
  } else {
    i8_tile_rescale(count, vectors, false, tile, sums);
  }
  if (blend) i8_tile_end(count, vectors, product, blend, tile, sums);
  const int32_t low = blend ? blend->low : product->y_low;
  const int32_t high = blend ? blend->high : product->y_high;
  const int32_t zero = blend ? blend->zero : product->y_zero;
  const size_t columns = tile->columns, stride = product->y_stride;
  size_t i = 0;
#ifdef LAMINA_STORES_PAIRS
  if (vectors == 2) {
    _Pragma("clang loop unroll(full)")
    for (; i + 2 <= count; i += 2) {
      uint8_t *y = tile->y + i * stride;
      vi_store_pair(sums[i], sums[i + 1], low, high, zero, y, y + stride, columns);
    }
  }
#endif
  _Pragma("clang loop unroll(full)")
  for (; i < count; i++) {
    _Pragma("clang loop unroll(full)")
    for (size_t v = 0; v < vectors; v++) {
      if (v * LANES >= columns) continue;
      size_t rest = columns - v * LANES;
      uint8_t *y = tile->y + i * stride + v * LANES;
      i8_store(sums[i][v], low, high, zero, y, rest < LANES ? rest : LANES);
    }
  }
}

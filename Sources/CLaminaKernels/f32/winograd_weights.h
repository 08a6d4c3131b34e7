// Winograd's weights: a few polynomials' values for each pair of channels, packed as products read
// them.

#include "winograd_axes.h"

/// Values at the positions of an axis of three taps, of which those at a pair are `even ± odd`.
typedef struct winograd_pair {
  vf plus, minus;
} winograd_pair;

LAMINA_INLINE winograd_pair winograd_pair_of(const float *factors, const vf *tap) {
  const vf even = vf_fma(tap[2], vf_set(factors[2]), vf_mul(tap[0], vf_set(factors[0])));
  const vf odd = vf_mul(tap[1], vf_set(factors[1]));
  return (winograd_pair){vf_add(even, odd), vf_sub(even, odd)};
}

/// Writes the positions of a line of three taps, `stride` floats apart.
LAMINA_INLINE void winograd_write_line(
  const lamina_winograd_axis *axis, const vf *tap, size_t stride, float *to) {
  vf_store(to, vf_mul(tap[0], vf_set(axis->weights[0][0])));
  for (size_t position = 1; position + 1 < axis->positions; position += 2) {
    const winograd_pair pair = winograd_pair_of(axis->weights[position], tap);
    vf_store(to + position * stride, pair.plus);
    vf_store(to + (position + 1) * stride, pair.minus);
  }
  vf_store(to + (axis->positions - 1) * stride, tap[2]);
}

/// Transforms the weights of three by three taps, which all stay in registers: a vector of columns.
LAMINA_INLINE void winograd_transform_3x3(
  const lamina_winograd_axis *down, const lamina_winograd_axis *across, const float *taps,
  size_t step, size_t stride, float *to) {
  const size_t line = across->positions * stride;
  vf tall[3][3], row[3], next[3];
  _Pragma("clang loop unroll(full)")
  for (size_t i = 0; i < 9; i++) tall[i % 3][i / 3] = vf_load(taps + i * step);
  _Pragma("clang loop unroll(full)")
  for (size_t j = 0; j < 3; j++) row[j] = vf_mul(tall[j][0], vf_set(down->weights[0][0]));
  winograd_write_line(across, row, stride, to);
  to += line;
  for (size_t position = 1; position + 1 < down->positions; position += 2, to += 2 * line) {
    _Pragma("clang loop unroll(full)")
    for (size_t j = 0; j < 3; j++) {
      const winograd_pair pair = winograd_pair_of(down->weights[position], tall[j]);
      row[j] = pair.plus;
      next[j] = pair.minus;
    }
    winograd_write_line(across, row, stride, to);
    winograd_write_line(across, next, stride, to + line);
  }
  _Pragma("clang loop unroll(full)")
  for (size_t j = 0; j < 3; j++) row[j] = tall[j][2];
  winograd_write_line(across, row, stride, to);
}

/// Channels of the input whose weights are gathered at once.
#define WINOGRAD_PACK_DEPTH 16

/// Gathers the taps of `depth` channels of up to a vector of columns, times a factor a column: tap by
/// tap, a vector for each channel.
LAMINA_INLINE void winograd_weights_at(
  lamina_weights weights, const float *factors, size_t column, size_t first, size_t depth,
  float *taps) {
  const ptrdiff_t offset =
    (ptrdiff_t)column * weights.column_stride + (ptrdiff_t)first * weights.depth_stride;
  const size_t rest = weights.columns - column;
  weights.data = (const char *)weights.data + offset * (ptrdiff_t)sizeof(float);
  weights.depth = depth;
  weights.columns = rest < LANES ? rest : LANES;
  lamina_f32_pack_scaled(&weights, NULL, factors ? factors + column : NULL, LANES, 1, taps);
}

LAMINA_TARGET void LAMINA_KERNEL(f32_winograd_pack)(
  const lamina_weights *weights, const float *factors, const lamina_winograd_axis *down,
  const lamina_winograd_axis *across, size_t panel_stride, float *panels) {
  const size_t width = TILE_VECTORS * LANES, depth = weights->depth;
  const winograd_side tall = {down, winograd_weights[down->taps]};
  const winograd_side wide = {across, winograd_weights[across->taps]};
  const bool is_square = down->taps == 3 && across->taps == 3;
  float gathered[(WINOGRAD_PACK_DEPTH * lamina_winograd_taps * lamina_winograd_taps + 1) * LANES];
  float half[lamina_winograd_area * LANES];
  for (size_t column = 0; column < weights->columns; column += LANES) {
    const size_t rest = weights->columns - column / width * width;
    const size_t panel_width = rest <= LANES ? LANES : width;
    float *to = panels + column / width * width * (depth + 1) + panel_width + column % width;
    for (size_t k = 0; k < depth; k += WINOGRAD_PACK_DEPTH) {
      const size_t left = depth - k, n = left < WINOGRAD_PACK_DEPTH ? left : WINOGRAD_PACK_DEPTH;
      winograd_weights_at(*weights, factors, column, k, n, gathered);
      // Behind a row of biases.
      float *taps = gathered + LANES;
      for (size_t i = 0; i < n; i++, taps += LANES, to += panel_width) {
        if (is_square) {
          winograd_transform_3x3(down, across, taps, n * LANES, panel_stride, to);
          continue;
        }
        winograd_both(
          tall, wide, down->taps, across->positions,
          (winograd_lines){taps, n * LANES, across->taps * n * LANES}, half,
          (winograd_lines){to, panel_stride, across->positions * panel_stride}, NULL);
      }
    }
  }
}

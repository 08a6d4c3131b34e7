// Winograd's weights: a few polynomials' values for each pair of channels, packed as products read
// them.

/// Evaluates the polynomial of a line of weights at the positions, for each of `count` lines.
LAMINA_INLINE void winograd_weight_lines(
  const lamina_winograd_axis *axis, winograd_lines from, winograd_lines to, size_t count) {
  for (size_t l = 0; l < count; l++) {
    const float *x = from.base + l * from.line;
    float *y = to.base + l * to.line;
    if (axis->taps == 1) {
      vf_store(y, vf_load(x));
      continue;
    }
    for (size_t position = 0; position < axis->positions; position++) {
      vf sum = vf_set(0);
      for (size_t tap = 0; tap < axis->taps; tap++) {
        sum = vf_fma(vf_load(x + tap * from.step), vf_set(axis->weights[position][tap]), sum);
      }
      vf_store(y + position * to.step, sum);
    }
  }
}

/// Channels of the input whose weights are gathered at once: a few lines of the cache of each column.
#define WINOGRAD_PACK_DEPTH 8

/// Gathers the taps of `depth` channels of `n` columns, tap by tap, a vector of columns for each,
/// times a factor a column. The weights are those of a file and need not be aligned.
LAMINA_INLINE void winograd_weights_at(
  const lamina_weights weights, const float *factors, size_t column, size_t n, size_t first,
  size_t depth, float *raw) {
  const ptrdiff_t size = sizeof(float);
  const size_t taps = weights.kernel_height * weights.kernel_width;
  for (size_t c = 0; c < n; c++) {
    const float factor = factors ? factors[column + c] : 1;
    for (size_t k = 0; k < depth; k++) {
      const char *from = (const char *)weights.data +
        ((ptrdiff_t)(column + c) * weights.column_stride +
         (ptrdiff_t)(first + k) * weights.depth_stride) * size;
      float *to = raw + k * taps * LANES + c;
      for (size_t i = 0; i < weights.kernel_height; i++, from += weights.y_stride * size) {
        for (size_t j = 0; j < weights.kernel_width; j++, to += LANES) {
          float weight;
          memcpy(&weight, from + (ptrdiff_t)j * weights.x_stride * size, sizeof weight);
          *to = weight * factor;
        }
      }
    }
  }
}

LAMINA_TARGET void LAMINA_KERNEL(f32_winograd_pack)(
  const lamina_weights *weights, const float *factors, const lamina_winograd_axis *down,
  const lamina_winograd_axis *across, size_t panel_stride, float *panels) {
  const size_t width = TILE_VECTORS * LANES, taps = across->taps, wide = across->positions;
  const size_t depth = weights->depth;
  float raw[WINOGRAD_PACK_DEPTH * lamina_winograd_taps * lamina_winograd_taps * LANES];
  float half[lamina_winograd_area * LANES];
  memset(raw, 0, sizeof raw);
  for (size_t column = 0; column < weights->columns; column += LANES) {
    const size_t rest = weights->columns - column / width * width;
    const size_t panel_width = rest <= LANES ? LANES : width;
    const size_t n = weights->columns - column < LANES ? weights->columns - column : LANES;
    float *to = panels + column / width * width * (depth + 1) + panel_width + column % width;
    if (n < LANES) memset(raw, 0, sizeof raw);
    for (size_t k = 0; k < depth; k++, to += panel_width) {
      const size_t place = k % WINOGRAD_PACK_DEPTH;
      if (place == 0) {
        const size_t left = depth - k;
        winograd_weights_at(
          *weights, factors, column, n, k,
          left < WINOGRAD_PACK_DEPTH ? left : WINOGRAD_PACK_DEPTH, raw);
      }
      winograd_weight_lines(
        across, (winograd_lines){raw + place * down->taps * taps * LANES, LANES, taps * LANES},
        (winograd_lines){half, LANES, wide * LANES}, down->taps);
      winograd_weight_lines(
        down, (winograd_lines){half, wide * LANES, LANES},
        (winograd_lines){to, wide * panel_stride, panel_stride}, wide);
    }
  }
}

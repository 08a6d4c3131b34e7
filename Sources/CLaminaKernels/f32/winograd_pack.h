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

LAMINA_TARGET void LAMINA_KERNEL(f32_winograd_pack)(
  const lamina_weights *weights, const lamina_winograd_axis *down,
  const lamina_winograd_axis *across, size_t panel_stride, float *panels) {
  const size_t width = TILE_VECTORS * LANES, taps = across->taps, wide = across->positions;
  float raw[lamina_winograd_area * LANES];
  float half[lamina_winograd_area * LANES];
  for (size_t column = 0; column < weights->columns; column += LANES) {
    const size_t rest = weights->columns - column / width * width;
    const size_t panel_width = rest <= LANES ? LANES : width;
    const size_t n = weights->columns - column < LANES ? weights->columns - column : LANES;
    float *panel = panels + column / width * width * (weights->depth + 1);
    const float *first = (const float *)weights->data + (ptrdiff_t)column * weights->column_stride;
    for (size_t k = 0; k < weights->depth; k++) {
      for (size_t i = 0; i < down->taps; i++) {
        for (size_t j = 0; j < taps; j++) {
          const float *from = first + (ptrdiff_t)k * weights->depth_stride +
            (ptrdiff_t)i * weights->y_stride + (ptrdiff_t)j * weights->x_stride;
          float *to = raw + (i * taps + j) * LANES;
          for (size_t c = 0; c < n; c++) to[c] = from[(ptrdiff_t)c * weights->column_stride];
          for (size_t c = n; c < LANES; c++) to[c] = 0;
        }
      }
      winograd_weight_lines(
        across, (winograd_lines){raw, LANES, taps * LANES},
        (winograd_lines){half, LANES, wide * LANES}, down->taps);
      float *to = panel + (k + 1) * panel_width + column % width;
      winograd_weight_lines(
        down, (winograd_lines){half, wide * LANES, LANES},
        (winograd_lines){to, wide * panel_stride, panel_stride}, wide);
    }
  }
}

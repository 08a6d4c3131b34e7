// Convolutions of stride 1 with fewer products: tiles of the image are transformed, multiplied
// position by position, and transformed back.
//
// An axis of `taps` weights and `outputs` pixels has taps + outputs − 1 positions: the polynomial of
// the pixels is evaluated at 0, at pairs ±p and at infinity. Pairs share the sums of even and of
// odd powers, so all transforms are written over pairs.

#include <math.h>

/// Vectors in a row: `step` floats from one to the next, `line` floats to the next row.
typedef struct winograd_lines {
  float *base;
  size_t step, line;
} winograd_lines;

/// Values at the positions from the pixels of a line, for each of `count` lines.
///
///     at ±p:  Σ_j c_j · x[2j + 2] ± p · Σ_j c_j · x[2j + 1]
///     at 0:   Σ_j e_j · x[2j]        at ∞:  Σ_j e_j · x[2j + 1]
///
/// with e the coefficients of Π (x² − q²) over all points q, and c those over all but p.
LAMINA_INLINE void winograd_input_lines(
  const size_t pairs, const lamina_winograd_axis *axis, winograd_lines from, winograd_lines to,
  size_t count) {
  for (size_t l = 0; l < count; l++) {
    const float *x = from.base + l * from.line;
    float *y = to.base + l * to.line;
    vf even[lamina_winograd_pairs + 1], odd[lamina_winograd_pairs + 1];
    _Pragma("clang loop unroll(full)")
    for (size_t j = 0; j <= pairs; j++) {
      even[j] = vf_load(x + 2 * j * from.step);
      odd[j] = vf_load(x + (2 * j + 1) * from.step);
    }
    vf zero = even[pairs], infinity = odd[pairs];
    _Pragma("clang loop unroll(full)")
    for (size_t j = 0; j < pairs; j++) {
      vf factor = vf_set(axis->all[j]);
      zero = vf_fma(even[j], factor, zero);
      infinity = vf_fma(odd[j], factor, infinity);
    }
    vf_store(y, zero);
    vf_store(y + (2 * pairs + 1) * to.step, infinity);
    _Pragma("clang loop unroll(full)")
    for (size_t p = 0; p < pairs; p++) {
      vf evens = even[pairs], odds = odd[pairs - 1];
      _Pragma("clang loop unroll(full)")
      for (size_t j = 0; j + 1 < pairs; j++) {
        vf factor = vf_set(axis->others[p][j]);
        evens = vf_fma(even[j + 1], factor, evens);
        odds = vf_fma(odd[j], factor, odds);
      }
      odds = vf_mul(odds, vf_set(axis->points[p]));
      vf_store(y + (2 * p + 1) * to.step, vf_add(evens, odds));
      vf_store(y + (2 * p + 2) * to.step, vf_sub(evens, odds));
    }
  }
}

/// What is done with pixels before they are stored.
typedef struct winograd_end {
  vf bias, low, high;
  /// The residual's lines; a null base adds none.
  winograd_lines residual;
  /// Zero as long as all sums were finite, NaN afterwards.
  vf spread;
} winograd_end;

/// Adds bias and residual and clamps.
LAMINA_INLINE vf winograd_finish(winograd_end *end, vf sum, const float *residual, size_t n) {
  sum = vf_add(sum, end->bias);
  end->spread = vf_fma(sum, vf_set(0), end->spread);
  if (residual) sum = vf_add(sum, vf_load_n(residual, n));
  return vf_min(end->high, vf_max(end->low, sum));
}

/// Pixels from the sums at the positions of a line, for each of `count` lines.
///
///     y[i] = Σ_p pⁱ · (m[+p] + (−1)ⁱ · m[−p]),  m[0] in the first, m[∞] in the last
///
/// With `ends` they are finished and may go to the result; `residual` says whether one is added.
LAMINA_INLINE void winograd_output_lines(
  const size_t pairs, const bool ends, const bool residual, const lamina_winograd_axis *axis,
  winograd_lines from, winograd_lines to, size_t count, winograd_end *shared) {
  const size_t outputs = axis->outputs;
  winograd_end end;
  if (ends) end = *shared;
  for (size_t l = 0; l < count; l++) {
    const float *x = from.base + l * from.line;
    float *y = to.base + l * to.line;
    vf sums[lamina_winograd_pairs], differences[lamina_winograd_pairs];
    vf first = vf_load(x), infinity = vf_load(x + (2 * pairs + 1) * from.step);
    _Pragma("clang loop unroll(full)")
    for (size_t p = 0; p < pairs; p++) {
      vf plus = vf_load(x + (2 * p + 1) * from.step), minus = vf_load(x + (2 * p + 2) * from.step);
      sums[p] = vf_add(plus, minus);
      differences[p] = vf_sub(plus, minus);
    }
    for (size_t i = 0; i < outputs; i++) {
      vf sum = i == 0 ? first : i + 1 == outputs ? infinity : vf_set(0);
      const float *powers = axis->powers[i];
      if (i & 1) {
        _Pragma("clang loop unroll(full)")
        for (size_t p = 0; p < pairs; p++) sum = vf_fma(differences[p], vf_set(powers[p]), sum);
      } else {
        _Pragma("clang loop unroll(full)")
        for (size_t p = 0; p < pairs; p++) sum = vf_fma(sums[p], vf_set(powers[p]), sum);
      }
      if (ends) {
        const winograd_lines *added = &end.residual;
        const float *term = residual ? added->base + l * added->line + i * added->step : NULL;
        sum = winograd_finish(&end, sum, term, LANES);
      }
      vf_store(y + i * to.step, sum);
    }
  }
  if (ends) shared->spread = end.spread;
}

typedef void winograd_function(
  const lamina_winograd_axis *axis, winograd_lines from, winograd_lines to, size_t count,
  winograd_end *end);
/// The transforms for one number of pairs.
#define WINOGRAD(pairs)                                                                       \
  static LAMINA_TARGET void winograd_input_##pairs(                                           \
    const lamina_winograd_axis *axis, winograd_lines from, winograd_lines to, size_t count,   \
    winograd_end *end) {                                                                      \
    (void)end;                                                                                \
    winograd_input_lines(pairs, axis, from, to, count);                                       \
  }                                                                                           \
  static LAMINA_TARGET void winograd_output_##pairs(                                          \
    const lamina_winograd_axis *axis, winograd_lines from, winograd_lines to, size_t count,   \
    winograd_end *end) {                                                                      \
    if (!end) {                                                                               \
      winograd_output_lines(pairs, false, false, axis, from, to, count, end);                 \
    } else if (end->residual.base) {                                                          \
      winograd_output_lines(pairs, true, true, axis, from, to, count, end);                   \
    } else {                                                                                  \
      winograd_output_lines(pairs, true, false, axis, from, to, count, end);                  \
    }                                                                                         \
  }

WINOGRAD(1)
WINOGRAD(2)
WINOGRAD(3)
WINOGRAD(4)
WINOGRAD(5)
#undef WINOGRAD

static winograd_function *const winograd_inputs[] = {
  NULL, winograd_input_1, winograd_input_2, winograd_input_3, winograd_input_4, winograd_input_5,
};
static winograd_function *const winograd_outputs[] = {
  NULL, winograd_output_1, winograd_output_2, winograd_output_3, winograd_output_4,
  winograd_output_5,
};

/// Transforms a tile along both axes or the only one; `columns` vectors make a row in between.
LAMINA_INLINE void winograd_both(
  winograd_function *const *table, const lamina_f32_winograd *winograd, size_t columns,
  winograd_lines from, float *half, winograd_lines to, winograd_end *end) {
  winograd_function *down = table[winograd->y.pairs], *across = table[winograd->x.pairs];
  if (!down) return across(&winograd->x, from, to, 1, end);
  winograd_lines tall = {from.base, from.line, from.step};
  const winograd_lines turned = {to.base, to.line, to.step};
  if (across) {
    const winograd_lines wide = {half, LANES, columns * LANES};
    across(&winograd->x, from, wide, winograd->y.positions, NULL);
    tall = (winograd_lines){half, columns * LANES, LANES};
  }
  if (end) {
    end->residual = (winograd_lines){end->residual.base, end->residual.line, end->residual.step};
  }
  down(&winograd->y, tall, turned, columns, end);
}

/// Where a tile lies.
typedef struct winograd_tile {
  size_t image, y, x;
} winograd_tile;

LAMINA_INLINE winograd_tile winograd_tile_at(const lamina_f32_winograd *winograd, size_t index) {
  const lamina_window *window = winograd->window;
  size_t across = (window->out_width + winograd->x.outputs - 1) / winograd->x.outputs;
  size_t down = (window->out_height + winograd->y.outputs - 1) / winograd->y.outputs;
  size_t row = index / across;
  return (winograd_tile){
    .image = row / down, .y = row % down * winograd->y.outputs,
    .x = index % across * winograd->x.outputs};
}

/// Copies `n` channels of the pixels under a tile, with zeros around the image.
LAMINA_INLINE void winograd_gather(
  const lamina_window *window, const float *image, ptrdiff_t top, ptrdiff_t left, size_t rows,
  size_t columns, size_t n, float *to) {
  const size_t pixel = window->pixel_bytes / sizeof(float);
  for (size_t i = 0; i < rows; i++) {
    ptrdiff_t y = top + (ptrdiff_t)i;
    bool inside = y >= 0 && y < (ptrdiff_t)window->height;
    for (size_t j = 0; j < columns; j++, to += LANES) {
      ptrdiff_t x = left + (ptrdiff_t)j;
      if (inside && x >= 0 && x < (ptrdiff_t)window->width) {
        vf_store(to, vf_load_n(image + ((size_t)y * window->width + (size_t)x) * pixel, n));
      } else {
        vf_store(to, vf_set(0));
      }
    }
  }
}

/// Transforms the pixels under one tile: `to` is its row at the first position.
static LAMINA_TARGET void winograd_input_tile(
  const lamina_f32_winograd *winograd, const float *x, winograd_tile tile, float *to) {
  const lamina_window *window = winograd->window;
  const size_t rows = winograd->y.positions, columns = winograd->x.positions;
  const size_t pixel = window->pixel_bytes / sizeof(float);
  const float *image = x + tile.image * window->height * window->width * pixel;
  const ptrdiff_t top = (ptrdiff_t)tile.y - window->top, left = (ptrdiff_t)tile.x - window->left;
  const bool inside = top >= 0 && left >= 0 && (size_t)top + rows <= window->height &&
    (size_t)left + columns <= window->width;
  float pixels[lamina_winograd_area * LANES], half[lamina_winograd_area * LANES];
  for (size_t c = 0; c < winograd->depth; c += LANES, to += LANES) {
    const size_t rest = winograd->depth - c, n = rest < LANES ? rest : LANES;
    winograd_lines from = {pixels, LANES, columns * LANES};
    if (inside && n == LANES) {
      size_t start = ((size_t)top * window->width + (size_t)left) * pixel + c;
      from = (winograd_lines){(float *)image + start, pixel, window->width * pixel};
    } else {
      winograd_gather(window, image + c, top, left, rows, columns, n, pixels);
    }
    winograd_both(
      winograd_inputs, winograd, columns, from, half,
      (winograd_lines){to, winograd->input_stride, columns * winograd->input_stride}, NULL);
  }
}

/// Transforms the sums of one tile back: `from` is its row at the first position.
///
/// Whole vectors of whole tiles go to the result at once, others by way of `pixels`.
static LAMINA_TARGET bool winograd_output_tile(
  const lamina_f32_winograd *winograd, const float *from, winograd_tile tile,
  const float *residual, float *y, size_t column_begin, size_t column_end) {
  const lamina_window *window = winograd->window;
  const size_t down = winograd->y.outputs, across = winograd->x.outputs;
  const size_t below = window->out_height - tile.y, right = window->out_width - tile.x;
  const size_t rows = below < down ? below : down, columns = right < across ? right : across;
  const size_t first = (tile.image * window->out_height + tile.y) * window->out_width + tile.x;
  const size_t step = winograd->output_stride;
  const winograd_lines result = {
    y + first * winograd->y_stride, winograd->y_stride, window->out_width * winograd->y_stride};
  const winograd_lines added = {
    (float *)residual + (residual ? first * winograd->residual_stride : 0),
    winograd->residual_stride, window->out_width * winograd->residual_stride};
  float half[lamina_winograd_area * LANES], pixels[lamina_winograd_area * LANES];
  winograd_end end = {
    .low = vf_set(winograd->low), .high = vf_set(winograd->high), .spread = vf_set(0)};
  for (size_t column = column_begin; column < column_end; column += LANES, from += LANES) {
    const size_t rest = column_end - column, n = rest < LANES ? rest : LANES;
    const winograd_lines sums = {(float *)from, step, winograd->x.positions * step};
    end.bias = vf_load_n(winograd->bias + column, n);
    if (n == LANES && rows == down && columns == across) {
      end.residual = added;
      if (residual) end.residual.base += column;
      const winograd_lines to = {result.base + column, result.step, result.line};
      winograd_both(winograd_outputs, winograd, across, sums, half, to, &end);
      continue;
    }
    const winograd_lines to = {pixels, LANES, across * LANES};
    winograd_both(winograd_outputs, winograd, across, sums, half, to, NULL);
    for (size_t i = 0; i < rows; i++) {
      for (size_t j = 0; j < columns; j++) {
        vf sum = vf_load_n(pixels + (i * across + j) * LANES, n);
        const float *term =
          residual ? added.base + i * added.line + j * added.step + column : NULL;
        sum = winograd_finish(&end, sum, term, n);
        vf_store_n(result.base + i * result.line + j * result.step + column, sum, n);
      }
    }
  }
  return vf_sum(end.spread) == 0;
}

/// The function after the clamp, over the columns of all pixels of a tile.
static LAMINA_TARGET void winograd_activate(
  const lamina_f32_winograd *winograd, winograd_tile tile, float *y, size_t begin, size_t end) {
  const lamina_window *window = winograd->window;
  for (size_t i = 0; i < winograd->y.outputs && tile.y + i < window->out_height; i++) {
    for (size_t j = 0; j < winograd->x.outputs && tile.x + j < window->out_width; j++) {
      size_t row = tile.image * window->out_height + tile.y + i;
      float *line = y + (row * window->out_width + tile.x + j) * winograd->y_stride + begin;
      LAMINA_KERNEL(f32_unary)(
        winograd->activation, line, line, end - begin, winograd->alpha, winograd->beta);
    }
  }
}

/// The sums of all positions of `count` tiles, for some panels.
LAMINA_INLINE void winograd_multiply(
  const lamina_f32_winograd *winograd, const float *inputs, float *sums, size_t count,
  size_t panel_begin, size_t panel_end) {
  const size_t width = TILE_VECTORS * LANES;
  lamina_f32_product product = {
    .taps = 1, .depth = winograd->depth, .columns = winograd->columns - panel_begin * width,
    .x_stride = (winograd->depth + LANES - 1) / LANES * LANES,
    .y_stride = winograd->panel_block * width, .low = -INFINITY, .high = INFINITY,
    .activation = lamina_unary_identity};
  const size_t positions = winograd->y.positions * winograd->x.positions;
  product.next_bytes = (panel_end - panel_begin) * (winograd->depth + 1) * width * sizeof(float);
  for (size_t position = 0; position < positions; position++) {
    product.panels = winograd->panels + position * winograd->panel_stride +
      panel_begin * (winograd->depth + 1) * width;
    product.next = position + 1 < positions ? product.panels + winograd->panel_stride : NULL;
    product.is_called = position > 0;
    LAMINA_TILE(f32_product)(
      &product, inputs + position * winograd->input_stride, NULL,
      sums + position * winograd->output_stride, NULL, 0, count, 0, panel_end - panel_begin);
  }
}

LAMINA_TARGET bool LAMINA_KERNEL(f32_winograd)(
  const lamina_f32_winograd *winograd, const float *x, const float *residual, float *y,
  float *scratch, size_t tile_begin, size_t tile_end, size_t panel_begin, size_t panel_end) {
  const size_t width = TILE_VECTORS * LANES;
  const size_t row = (winograd->depth + LANES - 1) / LANES * LANES;
  float *inputs = scratch;
  float *sums = scratch + winograd->y.positions * winograd->x.positions * winograd->input_stride;
  bool finite = true;
  for (size_t first = tile_begin; first < tile_end; first += winograd->tile_block) {
    const size_t rest = tile_end - first;
    const size_t count = rest < winograd->tile_block ? rest : winograd->tile_block;
    for (size_t i = 0; i < count; i++) {
      winograd_input_tile(winograd, x, winograd_tile_at(winograd, first + i), inputs + i * row);
    }
    for (size_t from = panel_begin; from < panel_end; from += winograd->panel_block) {
      const size_t left = panel_end - from;
      const size_t to = from + (left < winograd->panel_block ? left : winograd->panel_block);
      winograd_multiply(winograd, inputs, sums, count, from, to);
      const size_t begin = from * width;
      const size_t end = to * width < winograd->columns ? to * width : winograd->columns;
      for (size_t i = 0; i < count; i++) {
        const winograd_tile tile = winograd_tile_at(winograd, first + i);
        const float *sum = sums + i * winograd->panel_block * width;
        finite &= winograd_output_tile(winograd, sum, tile, residual, y, begin, end);
        if (winograd->activation != lamina_unary_identity) {
          winograd_activate(winograd, tile, y, begin, end);
        }
      }
    }
  }
  return finite;
}

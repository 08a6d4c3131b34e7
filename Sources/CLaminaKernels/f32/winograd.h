// Convolutions of stride 1 with fewer products: tiles of the image are transformed, multiplied
// position by position, and transformed back.

#include "winograd_weights.h"

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
  const winograd_side down = {&winograd->y, winograd_inputs[winograd->y.pairs]};
  const winograd_side across = {&winograd->x, winograd_inputs[winograd->x.pairs]};
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
      down, across, rows, columns, from, half,
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
  const winograd_side tall = {&winograd->y, winograd_outputs[winograd->y.pairs]};
  const winograd_side wide = {&winograd->x, winograd_outputs[winograd->x.pairs]};
  const size_t lines = winograd->y.positions;
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
      winograd_both(tall, wide, lines, across, sums, half, to, &end);
      continue;
    }
    const winograd_lines to = {pixels, LANES, across * LANES};
    winograd_both(tall, wide, lines, across, sums, half, to, NULL);
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

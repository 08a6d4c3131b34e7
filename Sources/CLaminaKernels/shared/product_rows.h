// Where the rows of a float product lie: in a matrix, under a window, or gathered from an image.
//
// For the elements that the including file defined (element.h of their folder).

#include "window.h"

/// Copies the pixels that one row of a window covers side by side.
LAMINA_INLINE void FLOAT(gather_line)(
  const lamina_f32_product *product, const uint8_t *line, ptrdiff_t left, FLOAT_ELEMENT *strip) {
  const lamina_window *window = product->window;
  const size_t depth = product->depth;
  for (size_t kx = 0; kx < window->kernel_width; kx++, strip += depth) {
    ptrdiff_t column = left + (ptrdiff_t)(kx * window->dilation_x);
    bool inside = line && column >= 0 && column < (ptrdiff_t)window->width;
    const FLOAT_ELEMENT *run = inside
      ? (const FLOAT_ELEMENT *)(line + (size_t)column * window->pixel_bytes)
      : product->zeros;
    FLOAT(copy)(strip, run, depth);
  }
}

/// Finds the runs under one row of the window at `count` neighbouring output pixels, the first of
/// which begins at column `left`.
///
/// A run lies in the image where its pixels do, and is copied together from there elsewhere: into
/// strips `strip_step` apart.
LAMINA_INLINE void FLOAT(gather_runs)(
  const lamina_f32_product *product, const uint8_t *line, ptrdiff_t left, size_t count,
  FLOAT_ELEMENT *strip, size_t strip_step, const FLOAT_ELEMENT **rows) {
  const lamina_window *window = product->window;
  const ptrdiff_t stride = (ptrdiff_t)window->stride_x;
  const ptrdiff_t run_step = stride * (ptrdiff_t)window->pixel_bytes;
  const bool joins = line && window->dilation_x == 1 &&
    window->pixel_bytes == product->depth * sizeof(FLOAT_ELEMENT);
  const ptrdiff_t last =
    joins ? (ptrdiff_t)window->width - (ptrdiff_t)window->kernel_width : -1;
  ptrdiff_t run = left * (ptrdiff_t)window->pixel_bytes;
  for (size_t i = 0; i < count; i++, left += stride, run += run_step, strip += strip_step) {
    rows[i] = strip;
    if (left >= 0 && left <= last) {
      rows[i] = (const FLOAT_ELEMENT *)(line + run);
    } else {
      FLOAT(gather_line)(product, line, left, strip);
    }
  }
}

/// Finds the runs at `count` output pixels when all of them lie in the image; false when not.
///
/// Addresses are written eight at a time: behind those of the first row comes the rest of scratch.
LAMINA_INLINE bool FLOAT(gather_inside)(
  const lamina_window window, size_t depth, const uint8_t *x, size_t first, size_t count,
  const uint8_t **rows) {
  const ptrdiff_t last = (ptrdiff_t)window.width - (ptrdiff_t)window.kernel_width;
  const size_t reach = (window.kernel_height - 1) * window.dilation_y;
  const size_t line = window.width * window.pixel_bytes;
  const size_t step = window.stride_x * window.pixel_bytes;
  const size_t run_bytes = window.kernel_width * depth * sizeof(FLOAT_ELEMENT);
  const size_t room = TILE_ROWS * window.kernel_height * (sizeof(void *) + run_bytes);
  if (room < (TILE_ROWS + 7) * sizeof(void *)) return false;
  if (window.dilation_x != 1 || window.pixel_bytes != depth * sizeof(FLOAT_ELEMENT)) return false;
  lamina_place place = lamina_place_at(&window, first);
  for (size_t i = 0; i < count;) {
    const size_t rest = window.out_width - place.x, run = rest < count - i ? rest : count - i;
    const ptrdiff_t left = (ptrdiff_t)(place.x * window.stride_x) - window.left;
    const ptrdiff_t top = (ptrdiff_t)(place.y * window.stride_y) - window.top;
    const ptrdiff_t right = left + (ptrdiff_t)((run - 1) * window.stride_x);
    const bool fits = top >= 0 && top + (ptrdiff_t)reach < (ptrdiff_t)window.height;
    if (!fits || left < 0 || right > last) return false;
    const uint8_t *from = x + (place.image * window.height + (size_t)top) * line +
      (size_t)left * window.pixel_bytes;
    for (size_t j = 0; j < run; j += 8, from += 8 * step) {
      for (size_t k = 0; k < 8; k++) rows[i + j + k] = from + k * step;
    }
    i += run;
    place.x += run - 1;
    lamina_place_advance(&place, &window);
  }
  for (size_t ky = 1; ky < window.kernel_height; ky++) {
    const size_t down = ky * window.dilation_y * line;
    for (size_t i = 0; i < TILE_ROWS; i++) rows[ky * TILE_ROWS + i] = rows[i] + down;
  }
  return true;
}

/// Finds the runs under the rows of the window at `count` output pixels, one run a row.
static LAMINA_TARGET const FLOAT_ELEMENT *const *FLOAT(gather)(
  const lamina_f32_product *product, const uint8_t *x, size_t first, size_t count,
  void *scratch) {
  const lamina_window *window = product->window;
  const size_t height = window->kernel_height, length = window->kernel_width * product->depth;
  const FLOAT_ELEMENT **rows = scratch;
  FLOAT_ELEMENT *strips = (FLOAT_ELEMENT *)(rows + TILE_ROWS * height);
  if (FLOAT(gather_inside)(*window, product->depth, x, first, count, scratch)) return rows;
  lamina_place place = lamina_place_at(window, first);
  for (size_t i = 0; i < count;) {
    size_t run = window->out_width - place.x;
    if (run > count - i) run = count - i;
    const ptrdiff_t left = (ptrdiff_t)(place.x * window->stride_x) - window->left;
    for (size_t ky = 0; ky < height; ky++) {
      FLOAT(gather_runs)(
        product, lamina_input_row(window, x, place, ky), left, run,
        strips + (i * height + ky) * length, height * length, rows + ky * TILE_ROWS + i);
    }
    i += run;
    place.x += run - 1;
    lamina_place_advance(&place, window);
  }
  return rows;
}

/// Finds the rows of one tile: in the matrix, under the window, or gathered into scratch.
LAMINA_INLINE const FLOAT_ELEMENT *const *FLOAT(tile_rows)(
  const lamina_f32_product *product, const FLOAT_ELEMENT *x, size_t first, size_t count,
  void *scratch, const FLOAT_ELEMENT **local) {
  if (!product->window) {
    for (size_t i = 0; i < count; i++) local[i] = x + (first + i) * product->x_stride;
    return local;
  }
  if (product->gathers) return FLOAT(gather)(product, (const uint8_t *)x, first, count, scratch);
  lamina_window_rows(
    product->window, (const uint8_t *)x, (const uint8_t *)product->zeros, first, count, TILE_ROWS,
    (const uint8_t **)scratch);
  return (const FLOAT_ELEMENT *const *)scratch;
}

// Addresses of the input pixels under a window.

#ifndef LAMINA_SHARED_WINDOW_H
#define LAMINA_SHARED_WINDOW_H

#include "../include/lamina_window.h"

/// An output pixel.
typedef struct lamina_place {
  size_t image, y, x;
} lamina_place;

static inline lamina_place lamina_place_at(const lamina_window *window, size_t index) {
  size_t row = index / window->out_width;
  return (lamina_place){
    .image = row / window->out_height, .y = row % window->out_height,
    .x = index % window->out_width};
}

static inline void lamina_place_advance(lamina_place *place, const lamina_window *window) {
  if (++place->x < window->out_width) return;
  place->x = 0;
  if (++place->y < window->out_height) return;
  place->y = 0;
  place->image++;
}

/// The input row under tap row `ky`, or null in the padding.
static inline const uint8_t *lamina_input_row(
  const lamina_window *window, const uint8_t *x, lamina_place place, size_t ky) {
  ptrdiff_t y = (ptrdiff_t)(place.y * window->stride_y + ky * window->dilation_y) - window->top;
  if (y < 0 || y >= (ptrdiff_t)window->height) return NULL;
  size_t row = place.image * window->height + (size_t)y;
  return x + row * window->width * window->pixel_bytes;
}

/// Writes the addresses under one tap of `count` output pixels of a row.
///
/// `column` is the first one's input column; `line` is null above and below the image.
static inline void lamina_tap_rows(
  const lamina_window *window, const uint8_t *line, ptrdiff_t column, const uint8_t *padding,
  size_t count, const uint8_t **rows) {
  const ptrdiff_t width = (ptrdiff_t)window->width;
  const ptrdiff_t step = (ptrdiff_t)window->stride_x;
  if (line && column >= 0 && column + (ptrdiff_t)(count - 1) * step < width) {
    const uint8_t *first = line + (size_t)column * window->pixel_bytes;
    const size_t distance = window->stride_x * window->pixel_bytes;
    for (size_t i = 0; i < count; i++) rows[i] = first + i * distance;
    return;
  }
  for (size_t i = 0; i < count; i++, column += step) {
    bool inside = line && column >= 0 && column < width;
    rows[i] = inside ? line + (size_t)column * window->pixel_bytes : padding;
  }
}

/// Writes the address under each tap of `count` output pixels, tap by tap, `spacing` apart.
static inline void lamina_window_rows(
  const lamina_window *window, const uint8_t *x, const uint8_t *padding, size_t first,
  size_t count, size_t spacing, const uint8_t **rows) {
  lamina_place place = lamina_place_at(window, first);
  for (size_t i = 0; i < count;) {
    size_t run = window->out_width - place.x;
    if (run > count - i) run = count - i;
    const uint8_t **row = rows + i;
    for (size_t ky = 0; ky < window->kernel_height; ky++) {
      const uint8_t *line = lamina_input_row(window, x, place, ky);
      ptrdiff_t column = (ptrdiff_t)(place.x * window->stride_x) - window->left;
      for (size_t kx = 0; kx < window->kernel_width; kx++, row += spacing) {
        lamina_tap_rows(window, line, column, padding, run, row);
        column += (ptrdiff_t)window->dilation_x;
      }
    }
    i += run;
    place.x += run - 1;
    lamina_place_advance(&place, window);
  }
}

#endif

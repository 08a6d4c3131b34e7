// Convolutions of bytes over few input channels.
//
// Lines of the image are copied with their padding, so that the taps of a row of the window lie
// side by side and are read as one run; groups of four bytes may begin anywhere.

#include "../shared/image.h"

/// Copies one input line from `left` on, with zero points where there is no image.
LAMINA_INLINE void i8_image_line(
  const lamina_i8_product *product, const uint8_t *line, size_t pixels, uint8_t *to) {
  const lamina_window *window = product->window;
  const size_t channels = window->pixel_bytes;
  const ptrdiff_t left = window->left;
  size_t before = left > 0 ? (size_t)left : 0, skipped = left < 0 ? (size_t)-left : 0;
  size_t there = window->width > skipped ? window->width - skipped : 0;
  if (!line || before > pixels) before = pixels;
  if (there > pixels - before) there = pixels - before;
  const int zero = *product->padding;
  memset(to, zero, before * channels);
  if (there) copy_bytes(to + before * channels, line + skipped * channels, there * channels);
  size_t done = before + there;
  memset(to + done * channels, zero, (pixels - done) * channels);
}

/// One strip of output rows from its copied lines; rows are counted from the strip's first pixel.
LAMINA_INLINE void i8_image_strip(
  const lamina_i8_product *product, const uint8_t *x, lamina_place place, size_t rows,
  size_t first, size_t last, size_t panel_begin, size_t panel_end, uint8_t *y,
  uint8_t *scratch) {
  const lamina_window *window = product->window;
  const size_t width = lamina_i8_image_width(window);
  const size_t lines = lamina_i8_image_lines(window, rows);
  const size_t line_bytes = width * window->pixel_bytes;
  ptrdiff_t top = (ptrdiff_t)(place.y * window->stride_y) - window->top;
  const uint8_t *image = x + place.image * window->height * window->width * window->pixel_bytes;
  for (size_t i = 0; i < lines; i++) {
    ptrdiff_t at = top + (ptrdiff_t)i;
    bool inside = at >= 0 && at < (ptrdiff_t)window->height;
    const uint8_t *line =
      inside ? image + (size_t)at * window->width * window->pixel_bytes : NULL;
    i8_image_line(product, line, width, scratch + i * line_bytes);
  }
  lamina_window copied = *window;
  copied.height = lines;
  copied.width = width;
  copied.out_height = rows;
  copied.kernel_width = 1;
  copied.top = copied.left = 0;
  lamina_i8_product part = *product;
  part.window = &copied;
  if (part.addend) {
    size_t start = (place.image * window->out_height + place.y) * window->out_width;
    part.addend += start * part.addend_stride;
  }
  // Weights beyond a run are 0; sums of rows are of its own bytes alone.
  if (DOT_GROUP == 4 && !product->has_weight_zeros) part.depth = (part.depth + 3) / 4 * 4;
  uint8_t *rest = scratch + (lines * line_bytes + 127) / 64 * 64;
  LAMINA_TILE(i8_product)(&part, scratch, y, rest, first, last, panel_begin, panel_end);
}

LAMINA_TARGET void LAMINA_TILE(i8_image)(
  const lamina_i8_product *product, const uint8_t *x, uint8_t *y, void *scratch,
  size_t row_begin, size_t row_end, size_t panel_begin, size_t panel_end) {
  const lamina_window *window = product->window;
  const size_t strip = lamina_i8_image_rows(window);
  for (size_t i = row_begin; i < row_end;) {
    lamina_place place = lamina_place_at(window, i);
    size_t start = i - place.x, below = window->out_height - place.y;
    size_t rows = below < strip ? below : strip;
    size_t end = start + rows * window->out_width;
    if (end > row_end) end = row_end;
    i8_image_strip(
      product, x, place, rows, i - start, end - start, panel_begin, panel_end,
      y + start * product->y_stride, scratch);
    i = end;
  }
}

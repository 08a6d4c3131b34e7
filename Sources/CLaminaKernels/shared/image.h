// Copies of pieces of an image, padding included.

#ifndef LAMINA_SHARED_IMAGE_H
#define LAMINA_SHARED_IMAGE_H

#include "window.h"

/// The copies stay in the first-level cache, unless a single row of windows needs more.
#define LAMINA_IMAGE_BYTES 24576

/// Pixels of a copied line: all that windows reach, and one more that may be read and not used.
static inline size_t lamina_i8_image_width(const lamina_window *window) {
  return (window->out_width - 1) * window->stride_x +
    (window->kernel_width - 1) * window->dilation_x + 2;
}

/// Input lines under `rows` rows of output pixels.
static inline size_t lamina_i8_image_lines(const lamina_window *window, size_t rows) {
  return (rows - 1) * window->stride_y + (window->kernel_height - 1) * window->dilation_y + 1;
}

/// Rows of output pixels whose lines are copied together.
static inline size_t lamina_i8_image_rows(const lamina_window *window) {
  size_t line = lamina_i8_image_width(window) * window->pixel_bytes;
  size_t rows = 1;
  while (rows < window->out_height &&
         lamina_i8_image_lines(window, rows + 1) * line <= LAMINA_IMAGE_BYTES) {
    rows++;
  }
  return rows;
}

#endif

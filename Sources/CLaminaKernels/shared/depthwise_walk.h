// How a depthwise convolution walks over the columns of its input rows.

#ifndef LAMINA_SHARED_DEPTHWISE_WALK_H
#define LAMINA_SHARED_DEPTHWISE_WALK_H

#include <stdbool.h>
#include <string.h>

#include "window.h"

/// Rows of the tallest window whose rows are walked over.
#define DEPTHWISE_TALLEST 5

/// The first-level cache that copies of rows are to stay in: sets of lines of 64 bytes.
#define DEPTHWISE_CACHE_SETS 64
#define DEPTHWISE_CACHE_WAYS 8
#define DEPTHWISE_CACHE_BYTES (DEPTHWISE_CACHE_SETS * DEPTHWISE_CACHE_WAYS * 64)

/// The column of each input row under an output row.
typedef struct depthwise_walk {
  /// Where it lies, and the bytes from one column to the next: none where there is no row.
  const uint8_t *rows[DEPTHWISE_TALLEST];
  size_t stride[DEPTHWISE_TALLEST];
  /// Its number, the step to the next one, and the columns that there are.
  ptrdiff_t column, step, width;
} depthwise_walk;

/// Copies of the input rows under a window, as wide as a block of channels.
typedef struct depthwise_copies {
  /// Null where rows are read where they lie.
  uint8_t *rows;
  /// Input rows, counted over all images, that were copied last.
  size_t end;
} depthwise_copies;

/// A walk over rows where they lie, from the first column of the window at `place` on; `zeros`
/// stands for rows outside of the image. Columns between the window's taps are passed over.
static inline __attribute__((always_inline)) depthwise_walk depthwise_walk_from(
  const lamina_window *window, const size_t size, const uint8_t *x, const uint8_t *zeros,
  lamina_place place) {
  depthwise_walk walk = {
    .column = (ptrdiff_t)(place.x * window->stride_x) - window->left,
    .step = (ptrdiff_t)window->dilation_x, .width = (ptrdiff_t)window->width};
  const ptrdiff_t offset = walk.column * (ptrdiff_t)window->pixel_bytes;
  _Pragma("clang loop unroll(full)")
  for (size_t ky = 0; ky < size; ky++) {
    const uint8_t *line = lamina_input_row(window, x, place, ky);
    walk.rows[ky] = line ? line + offset : zeros;
    walk.stride[ky] = line ? window->dilation_x * window->pixel_bytes : 0;
  }
  return walk;
}

/// Whether the pixels of a block of channels push each other out of the first-level cache, in which
/// they would stay side by side: a block is a few bytes of each pixel, and pixels some powers of two
/// apart share few sets.
static inline bool depthwise_crowds(
  const lamina_window *window, const size_t size, size_t block_bytes) {
  const size_t sets = DEPTHWISE_CACHE_SETS, ways = DEPTHWISE_CACHE_WAYS;
  const size_t distance = window->pixel_bytes / 64;
  if (window->pixel_bytes % 64 || window->dilation_y != 1 || distance == 0) return false;
  const size_t factor = distance & (0 - distance), lines = (block_bytes + 63) / 64;
  const size_t starts = factor < sets ? sets / factor : 1;
  const size_t reached = starts * lines < sets ? starts * lines : sets;
  const size_t needed = size * window->width * lines;
  return needed > reached * ways && needed <= sets * ways;
}

/// Has a walk read copies of the rows, and copies those that are new: `offset` is where the block
/// begins in a pixel.
static inline __attribute__((always_inline)) void depthwise_walk_copies(
  const lamina_window *window, const size_t size, const uint8_t *x, lamina_place place,
  size_t offset, const size_t block_bytes, depthwise_copies *copies, depthwise_walk *walk) {
  const size_t line_bytes = window->width * block_bytes;
  _Pragma("clang loop unroll(full)")
  for (size_t ky = 0; ky < size; ky++) {
    const uint8_t *line = lamina_input_row(window, x, place, ky);
    if (!line) continue;
    const size_t row = (size_t)(line - x) / (window->width * window->pixel_bytes);
    uint8_t *copy = copies->rows + row % size * line_bytes;
    if (row >= copies->end) {
      for (size_t i = 0; i < window->width; i++) {
        memcpy(copy + i * block_bytes, line + i * window->pixel_bytes + offset, block_bytes);
      }
      copies->end = row + 1;
    }
    walk->rows[ky] = copy + walk->column * (ptrdiff_t)block_bytes;
    walk->stride[ky] = window->dilation_x * block_bytes;
  }
}

#endif

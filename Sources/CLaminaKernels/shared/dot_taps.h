// How the taps of a depthwise window are taken four at a time.

#ifndef LAMINA_SHARED_DOT_TAPS_H
#define LAMINA_SHARED_DOT_TAPS_H

#include <stdbool.h>
#include <stddef.h>

/// Groups of four taps below each other, or side by side where the window has a single row; what a
/// group has beyond the window counts for nothing.
typedef struct lamina_dot_taps {
  bool is_flat;
  /// Groups along x and along y.
  size_t across, down;
} lamina_dot_taps;

static inline lamina_dot_taps lamina_dot_taps_of(size_t height, size_t width) {
  bool is_flat = height == 1;
  return (lamina_dot_taps){
    .is_flat = is_flat, .across = is_flat ? (width + 3) / 4 : width,
    .down = is_flat ? 1 : (height + 3) / 4};
}

/// How many output pixels of a row share a block of 64 bytes.
static inline size_t lamina_dot_pixels(size_t channels, size_t stride_x) {
  return stride_x == 1 && channels < 64 && 64 % channels == 0 ? 64 / channels : 1;
}

#endif

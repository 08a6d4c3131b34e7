#ifndef LAMINA_MIX_H
#define LAMINA_MIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Resizing by neighbours, one axis after the other: first the pixels of a line are mixed, then two
// such lines. A line that two lines of the result need is so made once. The contract of
// lamina_f32.h holds.

/// Where a pixel of a resized line lies between two of the old one.
typedef struct lamina_mix_place {
  /// The neighbours' first elements.
  uint32_t low, high;
  /// The share of the second, and the same in 1/32768.
  float weight;
  int32_t part;
} lamina_mix_place;

/// y[i][c] = (1 − weight[i]) · x[low[i] + c] + weight[i] · x[high[i] + c], for `channels` elements.
typedef void lamina_f32_mix_pixels_function(
  const float *_Nonnull x, const lamina_mix_place *_Nonnull places, size_t pixels,
  size_t channels, float *_Nonnull y);

lamina_f32_mix_pixels_function lamina_f32_mix_pixels__scalar, lamina_f32_mix_pixels__neon,
  lamina_f32_mix_pixels__avx2, lamina_f32_mix_pixels__avx512;

/// y[i] = (1 − weight) · a[i] + weight · b[i].
typedef void lamina_f32_mix_lines_function(
  const float *_Nonnull a, const float *_Nonnull b, float weight, float *_Nonnull y,
  size_t count);

lamina_f32_mix_lines_function lamina_f32_mix_lines__scalar, lamina_f32_mix_lines__neon,
  lamina_f32_mix_lines__avx2, lamina_f32_mix_lines__avx512;

/// The same of bytes, which `flip` makes unsigned; results are in 1/64, at most
/// that much too low.
typedef void lamina_x8_mix_pixels_function(
  const uint8_t *_Nonnull x, const lamina_mix_place *_Nonnull places, size_t pixels,
  size_t channels, uint8_t flip, int16_t *_Nonnull y);

lamina_x8_mix_pixels_function lamina_x8_mix_pixels__scalar, lamina_x8_mix_pixels__neon,
  lamina_x8_mix_pixels__avx2, lamina_x8_mix_pixels__avx512;

/// How mixed codes become bytes.
typedef struct lamina_x8_rounding {
  /// The code of zero, made unsigned.
  int16_t zero;
  uint8_t flip;
  /// Ties go to a code that is an even distance from zero's, else away from that.
  bool to_even;
} lamina_x8_rounding;

/// Mixes lines of 1/64 and rounds them to bytes. `part` is in 1/32768.
typedef void lamina_x8_mix_lines_function(
  const int16_t *_Nonnull a, const int16_t *_Nonnull b, int32_t part,
  const lamina_x8_rounding *_Nonnull rounding, uint8_t *_Nonnull y, size_t count);

lamina_x8_mix_lines_function lamina_x8_mix_lines__scalar, lamina_x8_mix_lines__neon,
  lamina_x8_mix_lines__avx2, lamina_x8_mix_lines__avx512;

#endif

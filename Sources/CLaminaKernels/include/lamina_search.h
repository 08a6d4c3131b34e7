#ifndef LAMINA_SEARCH_H
#define LAMINA_SEARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// A search along the middle of three axes; the contract of lamina_f32.h holds.
///
/// A line is what the middle axis has at one place of the others. Of equal elements the first wins,
/// or with `takes_last` the last; NaN wins over every number.
typedef struct lamina_search {
  /// Elements of a line, at least one, and from one of them to the next.
  size_t length, inner;
  bool takes_smallest, takes_last;
  /// Bytes: they have a sign.
  bool is_signed;
  /// 4-byte elements: they are floats.
  bool is_float;
  /// Places are stored as 64-bit integers, else as 32-bit ones.
  bool is_wide;
} lamina_search;

/// Lines `begin ..< end` of `x`, whose places go to `y[begin] ..< y[end]`.
typedef void lamina_search_function(
  const lamina_search *_Nonnull search, const void *_Nonnull x, void *_Nonnull y, size_t begin,
  size_t end);

/// Of bytes.
lamina_search_function lamina_x8_search__scalar, lamina_x8_search__neon, lamina_x8_search__avx2,
  lamina_x8_search__avx512;

/// Of 4-byte integers or floats.
lamina_search_function lamina_x32_search__scalar, lamina_x32_search__neon,
  lamina_x32_search__avx2, lamina_x32_search__avx512;

#endif

// Places of the largest or smallest elements along an axis.
//
// Elements become keys of which the largest (of bytes within a line: the smallest) wins, so that
// NaN, signs and both directions cost an instruction or two rather than a branch.

LAMINA_INLINE void search_store(const lamina_search *search, void *y, size_t line, size_t place) {
  if (search->is_wide) {
    ((int64_t *)y)[line] = (int64_t)place;
  } else {
    ((int32_t *)y)[line] = (int32_t)place;
  }
}

/// Orders bytes as they are stored, largest first or last.
LAMINA_INLINE uint8_t search_flip(const lamina_search *search) {
  return (uint8_t)((search->is_signed ? 0x80 : 0) ^ (search->takes_smallest ? 0xff : 0));
}

/// The key of a byte.
LAMINA_INLINE uint8_t x8_key(uint8_t code, lamina_search search) {
  return code ^ search_flip(&search);
}

/// The key of a whole number, and of a float's bits.
LAMINA_INLINE int32_t i32_key(int32_t x, lamina_search search) {
  return x ^ (search.takes_smallest ? -1 : 0);
}
LAMINA_INLINE int32_t f32_key(float x, lamina_search search) {
  // The sum makes one zero of both.
  const float one_zero = x + 0.0f;
  int32_t bits;
  memcpy(&bits, &one_zero, sizeof bits);
  const int32_t key = i32_key(bits ^ (bits >> 31 & INT32_MAX), search);
  return x != x ? INT32_MAX : key;
}

#define SEARCHED_NAME x8_search_few
#define SEARCHED_KEY uint8_t
#define SEARCHED_PLACE uint8_t
#define SEARCHED_STORED uint8_t
#define SEARCHED_LIFT x8_key
#include "search_columns.h"
#define SEARCHED_NAME x8_search_many
#define SEARCHED_KEY uint8_t
#define SEARCHED_PLACE int32_t
#define SEARCHED_STORED uint8_t
#define SEARCHED_LIFT x8_key
#include "search_columns.h"
#define SEARCHED_NAME i32_search_columns
#define SEARCHED_KEY int32_t
#define SEARCHED_PLACE int32_t
#define SEARCHED_STORED int32_t
#define SEARCHED_LIFT i32_key
#include "search_columns.h"
#define SEARCHED_NAME f32_search_columns
#define SEARCHED_KEY int32_t
#define SEARCHED_PLACE int32_t
#define SEARCHED_STORED float
#define SEARCHED_LIFT f32_key
#include "search_columns.h"

typedef uint8_t search_bytes __attribute__((vector_size(16), aligned(1)));
typedef uint16_t search_pairs __attribute__((vector_size(16)));

/// A byte before its place: the smallest pair is the winner.
LAMINA_INLINE uint16_t x8_line_pairs(
  const uint8_t *x, size_t count, uint8_t flip, uint8_t place_flip) {
  if (count < 16) {
    uint16_t least = UINT16_MAX;
    for (size_t i = 0; i < count; i++) {
      const uint16_t pair = (uint16_t)((x[i] ^ flip) << 8 | (uint8_t)(i ^ place_flip));
      least = pair < least ? pair : least;
    }
    return least;
  }
  const search_bytes flips = (search_bytes){0} + flip, place_flips = (search_bytes){0} + place_flip;
  const search_bytes first = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  search_pairs least = (search_pairs){0} + UINT16_MAX;
  for (size_t i = 0; i < count; i += 16) {
    // The last vector overlaps the one before it.
    const size_t at = i + 16 <= count ? i : count - 16;
    const search_bytes codes = *(const search_bytes *)(x + at) ^ flips;
    const search_bytes places = (first + (uint8_t)at) ^ place_flips;
    const search_bytes low = __builtin_shufflevector(
      places, codes, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    const search_bytes high = __builtin_shufflevector(
      places, codes, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    least = __builtin_elementwise_min(least, (search_pairs)low);
    least = __builtin_elementwise_min(least, (search_pairs)high);
  }
  return __builtin_reduce_min(least);
}

/// The winner's place in one line of more than 256 elements.
LAMINA_INLINE size_t x8_search_long(const lamina_search *search, const uint8_t *x) {
  const uint8_t flip = (uint8_t)~search_flip(search), place_flip = search->takes_last ? 0xff : 0;
  size_t place = 0;
  uint16_t best = UINT16_MAX;
  // Places of 256 elements fit in a byte; the last such part overlaps the one before it.
  for (size_t i = 0; i < search->length; i += 256) {
    const size_t at = i + 256 <= search->length ? i : search->length - 256;
    const uint16_t pair = x8_line_pairs(x + at, 256, flip, place_flip), code = pair >> 8;
    if (code < best || (search->takes_last && code == best)) {
      best = code;
      place = at + ((uint8_t)pair ^ place_flip);
    }
  }
  return place;
}

/// Lines of bytes.
LAMINA_INLINE void x8_search_lines(
  lamina_search search, const uint8_t *x, void *y, size_t begin, size_t end) {
  const uint8_t flip = (uint8_t)~search_flip(&search), place_flip = search.takes_last ? 0xff : 0;
  const size_t length = search.length;
  for (size_t line = begin; line < end; line++) {
    const uint8_t *from = x + line * length;
    const size_t place = length > 256
      ? x8_search_long(&search, from)
      : (uint8_t)x8_line_pairs(from, length, flip, place_flip) ^ place_flip;
    search_store(&search, y, line, place);
  }
}

/// Words side by side in a vector.
#define SEARCHED_WORDS (LANES < 8 ? 4 : 8)
typedef int32_t search_words __attribute__((vector_size(SEARCHED_WORDS * 4), aligned(4)));
typedef float search_floats __attribute__((vector_size(SEARCHED_WORDS * 4), aligned(4)));

LAMINA_INLINE search_words search_load_keys(
  const void *x, size_t at, const bool is_float, search_words flips) {
  const search_words bits = *(const search_words *)((const int32_t *)x + at);
  if (!is_float) return bits ^ flips;
  const search_floats values = (search_floats)bits;
  const search_words one_zero = (search_words)(values + 0.0f);
  const search_words keys = one_zero ^ (one_zero >> 31 & INT32_MAX) ^ flips;
  const search_words is_nan = values != values;
  return (is_nan & INT32_MAX) | (~is_nan & keys);
}

/// The winner's place in one line that fills a vector.
LAMINA_INLINE size_t x32_search_line(
  const lamina_search *search, const void *x, const bool is_float, const bool last) {
  const search_words flips = (search_words){0} + (search->takes_smallest ? -1 : 0);
  static const int32_t counted[8] = {0, 1, 2, 3, 4, 5, 6, 7};
  const search_words first = *(const search_words *)counted;
  search_words best = search_load_keys(x, 0, is_float, flips), places = first;
  const size_t width = SEARCHED_WORDS;
  for (size_t i = width; i < search->length; i += width) {
    // The last vector overlaps the one before it.
    const size_t at = i + width <= search->length ? i : search->length - width;
    const search_words keys = search_load_keys(x, at, is_float, flips);
    const search_words wins = last ? keys >= best : keys > best;
    best = __builtin_elementwise_max(best, keys);
    places = (wins & (first + (int32_t)at)) | (~wins & places);
  }
  const search_words is_best = best == __builtin_reduce_max(best);
  const search_words others = ~is_best & (last ? -1 : INT32_MAX);
  const search_words winners = (is_best & places) | others;
  return (size_t)(last ? __builtin_reduce_max(winners) : __builtin_reduce_min(winners));
}

/// The same for fewer elements.
LAMINA_INLINE size_t x32_search_short(const lamina_search *search, const void *x) {
  size_t place = 0;
  int32_t best = 0;
  for (size_t i = 0; i < search->length; i++) {
    const int32_t key = search->is_float ? f32_key(((const float *)x)[i], *search)
                                         : i32_key(((const int32_t *)x)[i], *search);
    const bool wins = i == 0 || (search->takes_last ? key >= best : key > best);
    place = wins ? i : place;
    best = wins ? key : best;
  }
  return place;
}

/// Runs of columns that lie side by side, for `BODY`.
#define SEARCH_COLUMNS(ELEMENT, BODY) \
  for (size_t line = begin, count; line < end; line += count) { \
    const size_t column = line % search->inner, rest = search->inner - column; \
    count = end - line < rest ? end - line : rest; \
    count = count < SEARCHED_COLUMNS ? count : SEARCHED_COLUMNS; \
    const ELEMENT *from = \
      (const ELEMENT *)x + line / search->inner * search->length * search->inner + column; \
    BODY; \
  }

LAMINA_TARGET void LAMINA_KERNEL(x8_search)(
  const lamina_search *search, const void *x, void *y, size_t begin, size_t end) {
  const bool last = search->takes_last;
  if (search->inner == 1) {
    x8_search_lines(*search, x, y, begin, end);
  } else if (search->length <= 256) {
    SEARCH_COLUMNS(uint8_t, if (last) x8_search_few(search, true, from, y, line, count);
                   else x8_search_few(search, false, from, y, line, count))
  } else {
    SEARCH_COLUMNS(uint8_t, if (last) x8_search_many(search, true, from, y, line, count);
                   else x8_search_many(search, false, from, y, line, count))
  }
}

LAMINA_INLINE size_t x32_search_any(const lamina_search *search, const void *x) {
  if (search->length < SEARCHED_WORDS) return x32_search_short(search, x);
  if (search->is_float) {
    return search->takes_last ? x32_search_line(search, x, true, true)
                              : x32_search_line(search, x, true, false);
  }
  return search->takes_last ? x32_search_line(search, x, false, true)
                            : x32_search_line(search, x, false, false);
}

LAMINA_TARGET void LAMINA_KERNEL(x32_search)(
  const lamina_search *search, const void *x, void *y, size_t begin, size_t end) {
  const bool last = search->takes_last;
  if (search->inner == 1) {
    for (size_t line = begin; line < end; line++) {
      const int32_t *from = (const int32_t *)x + line * search->length;
      search_store(search, y, line, x32_search_any(search, from));
    }
  } else if (search->is_float) {
    SEARCH_COLUMNS(float, if (last) f32_search_columns(search, true, from, y, line, count);
                   else f32_search_columns(search, false, from, y, line, count))
  } else {
    SEARCH_COLUMNS(int32_t, if (last) i32_search_columns(search, true, from, y, line, count);
                   else i32_search_columns(search, false, from, y, line, count))
  }
}
#undef SEARCH_COLUMNS
#undef SEARCHED_COLUMNS
#undef SEARCHED_WORDS

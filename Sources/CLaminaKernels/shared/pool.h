// Maximum and mean pooling of channels-last images, computed in float32.
//
// For the elements that the including file defined (element.h of their folder).

#include "window.h"
#include <math.h>

/// The part of a window inside the image, and what ends a pooling.
typedef struct FLOAT(pool_part) {
  const FLOAT_ELEMENT *corner;
  size_t rows, columns;
  vf scale, low, high;
} FLOAT(pool_part);

/// Pools `vectors` vectors of channels from channel `c` on under `rows` × `columns` taps; one vector
/// alone may have only `n` lanes.
LAMINA_INLINE void FLOAT(pool_lanes)(
  const size_t vectors, const size_t rows, const size_t columns, const lamina_window *window,
  const bool maximum, const FLOAT(pool_part) *part, size_t c, size_t n, FLOAT_ELEMENT *y) {
  const size_t step = window->dilation_x * window->pixel_bytes / sizeof(FLOAT_ELEMENT);
  const size_t line = window->dilation_y * window->width * window->pixel_bytes / sizeof(FLOAT_ELEMENT);
  vf sums[4];
  _Pragma("clang loop unroll(full)")
  for (size_t v = 0; v < vectors; v++) sums[v] = vf_set(maximum ? -INFINITY : 0);
  for (size_t ky = 0; ky < rows; ky++) {
    const FLOAT_ELEMENT *x = part->corner + ky * line + c;
    for (size_t kx = 0; kx < columns; kx++, x += step) {
      _Pragma("clang loop unroll(full)")
      for (size_t v = 0; v < vectors; v++) {
        vf value = vectors > 1 ? FLOAT(load)(x + v * LANES) : FLOAT(load_n)(x, n);
        sums[v] = maximum ? vf_max(value, sums[v]) : vf_add(sums[v], value);
      }
    }
  }
  _Pragma("clang loop unroll(full)")
  for (size_t v = 0; v < vectors; v++) {
    vf value = maximum ? sums[v] : vf_mul(sums[v], part->scale);
    value = vf_min(part->high, vf_max(part->low, value));
    if (vectors > 1) {
      FLOAT(store)(y + c + v * LANES, value);
    } else {
      FLOAT(store_n)(y + c, value, n);
    }
  }
}

/// Pools all channels of one pixel.
LAMINA_INLINE void FLOAT(pool_pixel)(
  const lamina_pooling *pooling, const bool maximum, const FLOAT(pool_part) *part, FLOAT_ELEMENT *y) {
  const size_t channels = pooling->channels, rows = part->rows, columns = part->columns;
  const lamina_window *window = pooling->window;
  // What widens its elements gains nothing by taps in a row.
  const bool is_usual = FLOAT_GROUP == 1 && rows == 3 && columns == 3;
  size_t c = 0;
  for (; c + 4 * LANES <= channels; c += 4 * LANES) {
    if (is_usual) {
      FLOAT(pool_lanes)(4, 3, 3, window, maximum, part, c, LANES, y);
    } else {
      FLOAT(pool_lanes)(4, rows, columns, window, maximum, part, c, LANES, y);
    }
  }
  for (; c + 2 * LANES <= channels; c += 2 * LANES) {
    FLOAT(pool_lanes)(2, rows, columns, window, maximum, part, c, LANES, y);
  }
  for (; c < channels; c += LANES) {
    size_t n = channels - c < LANES ? channels - c : LANES;
    FLOAT(pool_lanes)(1, rows, columns, window, maximum, part, c, n, y);
  }
}

LAMINA_TARGET void FLOAT_POOL(
  const lamina_pooling *pooling, const FLOAT_ELEMENT *x, FLOAT_ELEMENT *y, size_t begin,
  size_t end) {
  const lamina_window *window = pooling->window;
  const vf low = vf_set(pooling->low), high = vf_set(pooling->high);
  const size_t pixel = window->pixel_bytes / sizeof(FLOAT_ELEMENT);
  lamina_place place = lamina_place_at(window, begin);
  for (size_t i = begin; i < end;) {
    const pool_taps taps = pool_taps_at(pooling, place);
    const size_t run = taps.run < end - i ? taps.run : end - i;
    const bool scales = !pooling->takes_maximum && taps.divisor != 0;
    FLOAT(pool_part) part = {
      .corner = x + taps.first * pixel, .rows = taps.rows, .columns = taps.columns,
      .scale = vf_set(scales ? 1 / (float)taps.divisor : 1), .low = low, .high = high};
    FLOAT_ELEMENT *to = y + i * pooling->y_stride;
    for (size_t j = 0; j < run; j++, to += pooling->y_stride) {
      if (pooling->takes_maximum) {
        FLOAT(pool_pixel)(pooling, true, &part, to);
      } else {
        FLOAT(pool_pixel)(pooling, false, &part, to);
      }
      part.corner += window->stride_x * pixel;
    }
    i += run;
    place.x += run - 1;
    lamina_place_advance(&place, window);
  }
}

// Maximum and mean pooling of channels-last bytes.

#include "../shared/window.h"

/// The part of a window that lies in the image, and how its result is stored.
typedef struct i8_pool_part {
  const uint8_t *corner;
  size_t rows, columns;
  /// Bytes from one tap to the next, and from one line of taps to the next.
  size_t step, line;
  uint8_t flip;
  /// Codes of the result are those of the input, lifted from `least` to `most`.
  bool keeps_codes;
  uint8_t least, most;
  vi offset, zero;
  vf ratio, low, high;
} i8_pool_part;

LAMINA_INLINE void i8_pool_store(const i8_pool_part *part, vi sum, uint8_t *y, size_t n) {
  i8_requantize(vi_sub(sum, part->offset), part->ratio, part->low, part->high, part->zero, y, n);
}

/// The largest byte, or the sum of the bytes, of one vector of channels under a window.
LAMINA_INLINE vi i8_pool_lanes(
  const bool maximum, const i8_pool_part *part, const uint8_t *corner, size_t n) {
  const vi flip = vi_set(part->flip);
  vi sum = vi_set(0);
  for (size_t ky = 0; ky < part->rows; ky++) {
    for (size_t kx = 0; kx < part->columns; kx++) {
      vi value = vi_xor(vi_bytes_n(corner + ky * part->line + kx * part->step, n), flip);
      sum = maximum ? vi_max(sum, value) : vi_add(sum, value);
    }
  }
  return sum;
}

#ifdef LAMINA_POOLS_BLOCKS
/// Pools 64 channels from `corner` on under `rows` × `columns` taps.
LAMINA_INLINE void i8_pool_block(
  const bool maximum, const i8_pool_part *part, const size_t rows, const size_t columns,
  const uint8_t *corner, uint8_t *y) {
  if (maximum && part->keeps_codes) {
    store_bytes_maximum(
      corner, rows, columns, part->line, part->step, part->flip, part->least, part->most, y);
    return;
  }
  const vi_block block = maximum
    ? vi_block_maximum(corner, rows, columns, part->line, part->step, part->flip)
    : vi_block_sum(corner, rows, columns, part->line, part->step, part->flip);
  _Pragma("clang loop unroll(full)")
  for (size_t v = 0; v < 4; v++) {
    i8_pool_store(part, block.parts[v], y + v * LANES, LANES);
  }
}
#endif

/// Pools all channels of one pixel.
LAMINA_INLINE void i8_pool_pixel(
  const bool maximum, const i8_pool_part *part, size_t channels, uint8_t *y) {
  size_t c = 0;
#ifdef LAMINA_POOLS_BLOCKS
  const bool fits = maximum || part->rows * part->columns <= 257;
  const bool is_usual = part->rows == 3 && part->columns == 3;
  for (; fits && c + 4 * LANES <= channels; c += 4 * LANES) {
    if (is_usual) {
      i8_pool_block(maximum, part, 3, 3, part->corner + c, y + c);
    } else {
      i8_pool_block(maximum, part, part->rows, part->columns, part->corner + c, y + c);
    }
  }
#endif
  for (; c < channels; c += LANES) {
    const size_t n = channels - c < LANES ? channels - c : LANES;
    i8_pool_store(part, i8_pool_lanes(maximum, part, part->corner + c, n), y + c, n);
  }
}

LAMINA_TARGET void LAMINA_KERNEL(i8_pool)(
  const lamina_pooling *pooling, const uint8_t *x, uint8_t *y, size_t begin, size_t end) {
  const lamina_window *window = pooling->window;
  const int32_t x_zero = pooling->x_zero + (pooling->is_signed ? 0x80 : 0);
  i8_pool_part part = {
    .step = window->dilation_x * window->pixel_bytes,
    .line = window->dilation_y * window->width * window->pixel_bytes,
    .flip = pooling->is_signed ? 0x80 : 0,
    .keeps_codes = pooling->ratio == 1 && pooling->x_zero == pooling->y_zero,
    .least = (uint8_t)(pooling->y_low + (pooling->is_signed ? 0x80 : 0)),
    .most = (uint8_t)(pooling->y_high + (pooling->is_signed ? 0x80 : 0)),
    .zero = vi_set(pooling->y_zero),
    .low = vf_set((float)(pooling->y_low - pooling->y_zero)),
    .high = vf_set((float)(pooling->y_high - pooling->y_zero))};
  lamina_place place = lamina_place_at(window, begin);
  for (size_t i = begin; i < end;) {
    const pool_taps taps = pool_taps_at(pooling, place);
    const size_t run = taps.run < end - i ? taps.run : end - i;
    part.corner = x + taps.first * window->pixel_bytes;
    part.rows = taps.rows;
    part.columns = taps.columns;
    const size_t elements = pooling->takes_maximum ? 1 : taps.rows * taps.columns;
    float ratio = pooling->ratio;
    if (!pooling->takes_maximum && taps.divisor) ratio /= (float)taps.divisor;
    part.ratio = vf_set(ratio);
    part.offset = vi_set((int32_t)elements * x_zero);
    uint8_t *to = y + i * pooling->y_stride;
    for (size_t j = 0; j < run; j++, to += pooling->y_stride) {
      if (pooling->takes_maximum) {
        i8_pool_pixel(true, &part, pooling->channels, to);
      } else {
        i8_pool_pixel(false, &part, pooling->channels, to);
      }
      part.corner += window->stride_x * window->pixel_bytes;
    }
    i += run;
    place.x += run - 1;
    lamina_place_advance(&place, window);
  }
}

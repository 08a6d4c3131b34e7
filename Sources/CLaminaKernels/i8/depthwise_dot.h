// Depthwise convolution of bytes with AVX-512 VNNI: blocks of 64 bytes and four taps at a time.
//
// A block is 64 channels of a pixel, or neighbouring pixels of few channels. The bytes of four taps
// are interleaved within 128-bit lanes, so that each 32-bit lane holds the four taps of one place;
// packing the sums back undoes the order. Vector j holds, in its 128-bit lane l at place i, byte
// 16 l + 4 j + i of the block; the weights are packed in that order. The interleaved columns of a
// piece of a row are kept, since neighbouring output pixels share them.

#include "../shared/dot_taps.h"
#include "../shared/window.h"

#define I8_BLOCK 64
/// Output pixels whose columns are interleaved together.
#define I8_PIECE 16

/// One block of one piece of an output row.
typedef struct i8_piece {
  const lamina_i8_depthwise *depthwise;
  lamina_dot_taps taps;
  /// Output pixels in the piece, and in a block.
  size_t count, shared;
  /// The block's first channel, and its bytes that are there.
  size_t channel, bytes;
  /// Columns of the input under the piece.
  size_t span;
  const int8_t *packed;
  /// Interleaved columns: 256 bytes for each group of rows.
  uint8_t *columns;
} i8_piece;

LAMINA_INLINE __mmask64 i8_block_mask(size_t bytes) {
  return bytes >= I8_BLOCK ? ~(__mmask64)0 : (((__mmask64)1 << bytes) - 1);
}

/// Interleaves the bytes of four taps.
LAMINA_INLINE void i8_block_interleave(const __m512i taps[4], __m512i to[4]) {
  __m512i low01 = _mm512_unpacklo_epi8(taps[0], taps[1]);
  __m512i high01 = _mm512_unpackhi_epi8(taps[0], taps[1]);
  __m512i low23 = _mm512_unpacklo_epi8(taps[2], taps[3]);
  __m512i high23 = _mm512_unpackhi_epi8(taps[2], taps[3]);
  to[0] = _mm512_unpacklo_epi16(low01, low23);
  to[1] = _mm512_unpackhi_epi16(low01, low23);
  to[2] = _mm512_unpacklo_epi16(high01, high23);
  to[3] = _mm512_unpackhi_epi16(high01, high23);
}

/// Keeps the interleaved bytes of four taps.
LAMINA_INLINE void i8_block_keep(
  const uint8_t *const rows[4], __mmask64 mask, __m512i flip, uint8_t *to) {
  __m512i taps[4], block[4];
  _Pragma("clang loop unroll(full)")
  for (size_t r = 0; r < 4; r++) {
    taps[r] = _mm512_xor_si512(_mm512_maskz_loadu_epi8(mask, rows[r]), flip);
  }
  i8_block_interleave(taps, block);
  _Pragma("clang loop unroll(full)")
  for (size_t j = 0; j < 4; j++) _mm512_store_si512(to + 64 * j, block[j]);
}

/// The start of the input row under row `ky` of the window; null outside of image or window.
LAMINA_INLINE const uint8_t *i8_piece_row(
  const i8_piece *piece, const uint8_t *x, lamina_place place, size_t ky) {
  const lamina_window *window = piece->depthwise->window;
  return ky < window->kernel_height ? lamina_input_row(window, x, place, ky) : NULL;
}

/// Interleaves columns of a block of channels; taps are read where they lie.
LAMINA_INLINE void i8_piece_columns(const i8_piece *piece, const uint8_t *x, lamina_place place) {
  const lamina_window *window = piece->depthwise->window;
  const ptrdiff_t left = (ptrdiff_t)(place.x * window->stride_x) - window->left;
  const ptrdiff_t width = (ptrdiff_t)window->width;
  const ptrdiff_t step = piece->taps.is_flat ? (ptrdiff_t)window->dilation_x : 0;
  const __m512i flip = _mm512_set1_epi8(piece->depthwise->is_signed ? (char)0x80 : 0);
  const __mmask64 mask = i8_block_mask(piece->bytes);
  const uint8_t *padding = piece->depthwise->padding + piece->channel;
  for (size_t group = 0; group < piece->taps.down; group++) {
    const uint8_t *lines[4];
    for (size_t r = 0; r < 4; r++) {
      size_t ky = piece->taps.is_flat ? 0 : 4 * group + r;
      lines[r] = i8_piece_row(piece, x, place, ky);
    }
    uint8_t *to = piece->columns + group * 256;
    for (size_t i = 0; i < piece->span; i++, to += piece->taps.down * 256) {
      const uint8_t *rows[4];
      _Pragma("clang loop unroll(full)")
      for (size_t r = 0; r < 4; r++) {
        ptrdiff_t column = left + (ptrdiff_t)i + (ptrdiff_t)r * step;
        bool inside = lines[r] && column >= 0 && column < width;
        rows[r] = inside
          ? lines[r] + (size_t)column * window->pixel_bytes + piece->channel : padding;
      }
      i8_block_keep(rows, mask, flip, to);
    }
  }
}

/// Copies the part of an input row that lies under a piece, with padding where there is none.
LAMINA_INLINE void i8_piece_line(
  const i8_piece *piece, const uint8_t *line, ptrdiff_t left, size_t length, uint8_t *to) {
  const lamina_window *window = piece->depthwise->window;
  const size_t channels = piece->depthwise->channels;
  const ptrdiff_t width = (ptrdiff_t)window->width;
  ptrdiff_t from = left < 0 ? -left : 0;
  ptrdiff_t until = width - left < (ptrdiff_t)length ? width - left : (ptrdiff_t)length;
  if (!line || until < from) from = until = (ptrdiff_t)length;
  for (ptrdiff_t i = 0; i < from; i++) {
    copy_bytes(to + (size_t)i * channels, piece->depthwise->padding, channels);
  }
  if (until > from) {
    copy_bytes(
      to + (size_t)from * channels, line + (size_t)(left + from) * channels,
      (size_t)(until - from) * channels);
  }
  for (ptrdiff_t i = until; i < (ptrdiff_t)length; i++) {
    copy_bytes(to + (size_t)i * channels, piece->depthwise->padding, channels);
  }
}

/// Interleaves columns of blocks of several pixels, from copies of the rows with their padding.
LAMINA_INLINE void i8_piece_shared_columns(
  const i8_piece *piece, const uint8_t *x, lamina_place place, uint8_t *lines) {
  const lamina_window *window = piece->depthwise->window;
  const size_t channels = piece->depthwise->channels;
  const ptrdiff_t left = (ptrdiff_t)place.x - window->left;
  const size_t step = piece->taps.is_flat ? window->dilation_x * channels : 0;
  const size_t length = piece->span + piece->shared - 1 + (piece->taps.is_flat ? 3 : 0) *
    window->dilation_x;
  const size_t line_bytes = (length * channels + 127) / 64 * 64;
  const __m512i flip = _mm512_set1_epi8(piece->depthwise->is_signed ? (char)0x80 : 0);
  for (size_t group = 0; group < piece->taps.down; group++) {
    for (size_t r = 0; r < (piece->taps.is_flat ? 1 : 4); r++) {
      const uint8_t *line =
        i8_piece_row(piece, x, place, piece->taps.is_flat ? 0 : 4 * group + r);
      i8_piece_line(piece, line, left, length, lines + r * line_bytes);
    }
    uint8_t *to = piece->columns + group * 256;
    for (size_t i = 0; i < piece->span; i++, to += piece->taps.down * 256) {
      const uint8_t *rows[4];
      _Pragma("clang loop unroll(full)")
      for (size_t r = 0; r < 4; r++) {
        rows[r] = lines + (piece->taps.is_flat ? r * step : r * line_bytes) + i * channels;
      }
      i8_block_keep(rows, ~(__mmask64)0, flip, to);
    }
  }
}

/// A one for each tap of a group that the window has.
LAMINA_INLINE __m512i i8_group_ones(const i8_piece *piece, size_t a, size_t d) {
  const lamina_window *window = piece->depthwise->window;
  size_t rest = piece->taps.is_flat ? window->kernel_width - 4 * a
                                    : window->kernel_height - 4 * d;
  return _mm512_set1_epi32(rest >= 4 ? 0x01010101 : 0x01010101 >> 8 * (4 - rest));
}

/// Adds up the taps of one block.
LAMINA_INLINE void i8_block_sums(
  const i8_piece *piece, const uint8_t *columns, size_t across, size_t down, bool has_zeros,
  __m512i sums[4]) {
  const size_t dilation = piece->depthwise->window->dilation_x;
  const size_t step = (piece->taps.is_flat ? 4 : 1) * dilation * down * 256;
  const int8_t *head = piece->packed, *weights = head + 12 * I8_BLOCK;
  __m512i all[4];
  _Pragma("clang loop unroll(full)")
  for (size_t j = 0; j < 4; j++) {
    sums[j] = vi_load((const int32_t *)head + 16 * j);
    all[j] = _mm512_setzero_si512();
  }
  for (size_t a = 0; a < across; a++) {
    for (size_t d = 0; d < down; d++, weights += 4 * I8_BLOCK) {
      _Pragma("clang loop unroll(full)")
      for (size_t j = 0; j < 4; j++) {
        __m512i bytes = _mm512_load_si512(columns + a * step + d * 256 + 64 * j);
        sums[j] = _mm512_dpbusd_epi32(sums[j], bytes, _mm512_load_si512(weights + 64 * j));
        if (has_zeros) all[j] = _mm512_dpbusd_epi32(all[j], bytes, i8_group_ones(piece, a, d));
      }
    }
  }
  if (!has_zeros) return;
  _Pragma("clang loop unroll(full)")
  for (size_t j = 0; j < 4; j++) {
    __m512i zeros = vi_load((const int32_t *)(head + 8 * I8_BLOCK) + 16 * j);
    sums[j] = _mm512_sub_epi32(sums[j], _mm512_mullo_epi32(zeros, all[j]));
  }
}

/// How quanta become bytes.
typedef struct i8_block_end {
  __m512i zero, low, high;
  bool is_signed, is_narrow, fits;
} i8_block_end;

LAMINA_INLINE i8_block_end i8_block_end_of(const lamina_i8_depthwise *depthwise) {
  return (i8_block_end){
    .zero = _mm512_set1_epi16((short)depthwise->y_zero),
    .low = _mm512_set1_epi16((short)depthwise->y_low),
    .high = _mm512_set1_epi16((short)depthwise->y_high), .is_signed = depthwise->y_low < 0,
    .is_narrow = depthwise->y_high - depthwise->y_low < 255, .fits = depthwise->fits};
}

/// Turns the sums of a block into bytes in their own order.
LAMINA_INLINE void i8_block_store(
  const i8_block_end *end, const float *multipliers, const __m512i sums[4], uint8_t *y,
  __mmask64 mask) {
  __m512i quanta[4];
  _Pragma("clang loop unroll(full)")
  for (size_t j = 0; j < 4; j++) {
    const vf multiplier = vf_load(multipliers + 16 * j);
    quanta[j] =
      end->fits ? i8_rescale(sums[j], multiplier, true) : i8_rescale(sums[j], multiplier, false);
  }
  __m512i front = _mm512_adds_epi16(_mm512_packs_epi32(quanta[0], quanta[1]), end->zero);
  __m512i back = _mm512_adds_epi16(_mm512_packs_epi32(quanta[2], quanta[3]), end->zero);
  // Packing clamps to all bytes by itself.
  if (end->is_narrow) {
    front = _mm512_min_epi16(end->high, _mm512_max_epi16(end->low, front));
    back = _mm512_min_epi16(end->high, _mm512_max_epi16(end->low, back));
  }
  __m512i bytes = end->is_signed ? _mm512_packs_epi16(front, back)
                                 : _mm512_packus_epi16(front, back);
  _mm512_mask_storeu_epi8(y, mask, bytes);
}

/// Stores a block of several pixels that lie apart.
LAMINA_INLINE void i8_block_scatter(
  const lamina_i8_depthwise *depthwise, const i8_block_end *end, const float *multipliers,
  const __m512i sums[4], uint8_t *y, size_t bytes) {
  const size_t channels = depthwise->channels;
  uint8_t block[I8_BLOCK];
  i8_block_store(end, multipliers, sums, block, ~(__mmask64)0);
  for (size_t from = 0; from < bytes; from += channels, y += depthwise->y_stride) {
    copy_bytes(y, block + from, channels);
  }
}

/// Computes the output pixels of a piece from its columns.
LAMINA_INLINE void i8_piece_rows(
  const i8_piece *piece, const i8_block_end *end, const bool has_zeros, uint8_t *y) {
  const lamina_i8_depthwise *depthwise = piece->depthwise;
  const size_t across = piece->taps.across, down = piece->taps.down;
  const float *multipliers = (const float *)(piece->packed + 4 * I8_BLOCK);
  const size_t stride = depthwise->window->stride_x * down * 256;
  for (size_t i = 0; i < piece->count; i += piece->shared) {
    __m512i sums[4];
    i8_block_sums(piece, piece->columns + i * stride, across, down, has_zeros, sums);
    size_t rest = (piece->count - i) * depthwise->channels;
    size_t bytes = piece->shared > 1 && rest < I8_BLOCK ? rest : piece->bytes;
    uint8_t *to = y + i * depthwise->y_stride + piece->channel;
    if (piece->shared > 1 && depthwise->y_stride != depthwise->channels) {
      i8_block_scatter(depthwise, end, multipliers, sums, to, bytes);
    } else {
      i8_block_store(end, multipliers, sums, to, i8_block_mask(bytes));
    }
  }
}

#include "depthwise_rows.h"

LAMINA_TARGET void LAMINA_KERNEL(i8_depthwise)(
  const lamina_i8_depthwise *depthwise, const uint8_t *x, uint8_t *y, void *scratch,
  size_t begin, size_t end) {
  const lamina_window *window = depthwise->window;
  const size_t channels = depthwise->channels;
  if (i8_strips_run(depthwise, x, y, begin, end)) return;
  const i8_block_end ending = i8_block_end_of(depthwise);
  i8_piece piece = {
    .depthwise = depthwise,
    .taps = lamina_dot_taps_of(window->kernel_height, window->kernel_width),
    .shared = lamina_dot_pixels(channels, window->stride_x),
    .packed = depthwise->packed,
    .columns = scratch,
  };
  const size_t reach = (piece.taps.is_flat ? 4 : 1) * (piece.taps.across - 1);
  const size_t step = I8_BLOCK * (12 + 4 * piece.taps.across * piece.taps.down);
  for (size_t c = 0; c < channels; c += I8_BLOCK, piece.packed += step) {
    piece.channel = c;
    piece.bytes = piece.shared > 1 ? I8_BLOCK : channels - c;
    for (size_t i = begin; i < end; i += piece.count) {
      lamina_place place = lamina_place_at(window, i);
      size_t row = window->out_width - place.x, rest = end - i;
      piece.count = row < rest ? row : rest;
      if (piece.count > I8_PIECE) piece.count = I8_PIECE;
      piece.span = (piece.count - 1) * window->stride_x + reach * window->dilation_x + 1;
      if (piece.shared > 1) {
        uint8_t *lines = piece.columns + piece.span * piece.taps.down * 256;
        i8_piece_shared_columns(&piece, x, place, lines);
      } else {
        i8_piece_columns(&piece, x, place);
      }
      uint8_t *to = y + i * depthwise->y_stride;
      if (depthwise->has_weight_zeros) {
        i8_piece_rows(&piece, &ending, true, to);
      } else {
        i8_piece_rows(&piece, &ending, false, to);
      }
    }
  }
}
#undef I8_BLOCK
#undef I8_PIECE

// Depthwise convolution of bytes with AVX-512 VNNI: 64 channels and four taps at a time.
//
// Bytes of four taps are interleaved within 128-bit lanes, so that each 32-bit lane holds the four
// taps of one channel; packing the sums back undoes the order. Vector j holds, in its 128-bit lane
// l at place i, channel 16 l + 4 j + i; the weights are packed in that order.

#include "../shared/window.h"

#define I8_BLOCK 64

LAMINA_INLINE __m512i i8_block_load(const uint8_t *p, __mmask64 mask, __m512i flip) {
  return _mm512_xor_si512(_mm512_maskz_loadu_epi8(mask, p), flip);
}

/// Interleaves four taps of 64 channels.
LAMINA_INLINE void i8_block_interleave(
  const uint8_t *const *rows, size_t c, __mmask64 mask, __m512i flip, __m512i groups[4]) {
  __m512i first = i8_block_load(rows[0] + c, mask, flip);
  __m512i second = i8_block_load(rows[1] + c, mask, flip);
  __m512i third = i8_block_load(rows[2] + c, mask, flip);
  __m512i fourth = i8_block_load(rows[3] + c, mask, flip);
  __m512i low01 = _mm512_unpacklo_epi8(first, second);
  __m512i high01 = _mm512_unpackhi_epi8(first, second);
  __m512i low23 = _mm512_unpacklo_epi8(third, fourth);
  __m512i high23 = _mm512_unpackhi_epi8(third, fourth);
  groups[0] = _mm512_unpacklo_epi16(low01, low23);
  groups[1] = _mm512_unpackhi_epi16(low01, low23);
  groups[2] = _mm512_unpacklo_epi16(high01, high23);
  groups[3] = _mm512_unpackhi_epi16(high01, high23);
}

/// Turns the sums of 64 channels into bytes in channel order.
LAMINA_INLINE void i8_block_store(
  const lamina_i8_depthwise *depthwise, const __m512i sums[4], const int8_t *head, uint8_t *y,
  __mmask64 mask) {
  const vi low = vi_set(depthwise->y_low);
  const vi high = vi_set(depthwise->y_high);
  const __m512i zero = _mm512_set1_epi32(depthwise->y_zero);
  __m512i codes[4];
  _Pragma("clang loop unroll(full)")
  for (size_t j = 0; j < 4; j++) {
    vf multiplier = vf_load((const float *)(head + 4 * I8_BLOCK) + 16 * j);
    vi quanta = depthwise->rounds_to_even ? i8_rescale_float(sums[j], multiplier)
                                          : vi_rescale(sums[j], multiplier);
    codes[j] = vi_min(high, vi_max(low, vi_add(quanta, zero)));
  }
  __m512i front = _mm512_packs_epi32(codes[0], codes[1]);
  __m512i back = _mm512_packs_epi32(codes[2], codes[3]);
  __m512i bytes = depthwise->y_low < 0 ? _mm512_packs_epi16(front, back)
                                       : _mm512_packus_epi16(front, back);
  _mm512_mask_storeu_epi8(y, mask, bytes);
}

LAMINA_TARGET void LAMINA_KERNEL(i8_depthwise)(
  const lamina_i8_depthwise *depthwise, const uint8_t *x, uint8_t *y, void *scratch,
  size_t begin, size_t end) {
  const lamina_window *window = depthwise->window;
  const size_t channels = depthwise->channels;
  const size_t taps = window->kernel_height * window->kernel_width;
  const __m512i flip = _mm512_set1_epi8(depthwise->is_signed ? (char)0x80 : 0);
  const __m512i ones = _mm512_set1_epi8(1);
  const bool has_zeros = depthwise->has_weight_zeros;
  const uint8_t **rows = scratch;
  for (size_t i = taps; i < taps + 3; i++) rows[i] = depthwise->padding;
  for (size_t i = begin; i < end; i++) {
    lamina_window_rows(window, x, depthwise->padding, i, 1, 1, rows);
    const int8_t *packed = depthwise->packed;
    for (size_t c = 0; c < channels; c += I8_BLOCK) {
      size_t n = channels - c;
      __mmask64 mask = n >= I8_BLOCK ? ~(__mmask64)0 : (((__mmask64)1 << n) - 1);
      const int8_t *head = packed;
      __m512i sums[4], all[4];
      _Pragma("clang loop unroll(full)")
      for (size_t j = 0; j < 4; j++) {
        sums[j] = vi_load((const int32_t *)head + 16 * j);
        all[j] = _mm512_setzero_si512();
      }
      packed += 12 * I8_BLOCK;
      for (size_t tap = 0; tap < taps; tap += 4, packed += 4 * I8_BLOCK) {
        __m512i groups[4];
        i8_block_interleave(rows + tap, c, mask, flip, groups);
        _Pragma("clang loop unroll(full)")
        for (size_t j = 0; j < 4; j++) {
          __m512i weights = _mm512_loadu_si512(packed + 64 * j);
          sums[j] = _mm512_dpbusd_epi32(sums[j], groups[j], weights);
          if (has_zeros) all[j] = _mm512_dpbusd_epi32(all[j], groups[j], ones);
        }
      }
      if (has_zeros) {
        // The added rows beyond the last tap count for nothing in `sums` but do in `all`; their
        // share is in the bias.
        _Pragma("clang loop unroll(full)")
        for (size_t j = 0; j < 4; j++) {
          __m512i zeros = vi_load((const int32_t *)(head + 8 * I8_BLOCK) + 16 * j);
          sums[j] = _mm512_sub_epi32(sums[j], _mm512_mullo_epi32(zeros, all[j]));
        }
      }
      i8_block_store(depthwise, sums, head, y + i * depthwise->y_stride + c, mask);
    }
  }
}
#undef I8_BLOCK

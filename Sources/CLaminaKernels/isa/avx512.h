// Lanes of AVX-512 (F, BW, DQ, VL, VNNI): 16 floats or 16 32-bit integers.

#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define LAMINA_AVX512 "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma,f16c,bmi,bmi2"
#ifdef LAMINA_MULTIPLIES_BRAIN
#define LAMINA_TARGET __attribute__((target(LAMINA_AVX512 ",avx512bf16")))
#else
#define LAMINA_TARGET __attribute__((target(LAMINA_AVX512)))
#endif
#define LAMINA_INLINE static inline __attribute__((always_inline)) LAMINA_TARGET
#define LAMINA_KERNEL(stem) lamina_##stem##__avx512
#define LAMINA_TILE(stem) lamina_##stem##_14x32__avx512

#define LAMINA_NAME "avx512"
#define LANES 16
#define TILE_ROWS 14
#define TILE_VECTORS 2
#define DOT_GROUP 4
#define ROOF_CHAINS 24

typedef __m512 vf;
typedef __m512i vi;

LAMINA_INLINE __mmask16 lanes_below(size_t n) { return (__mmask16)((1u << n) - 1); }

LAMINA_INLINE vf vf_set(float x) { return _mm512_set1_ps(x); }
LAMINA_INLINE vf vf_load(const float *p) { return _mm512_loadu_ps(p); }
LAMINA_INLINE vf vf_load_n(const float *p, size_t n) {
  return _mm512_maskz_loadu_ps(lanes_below(n), p);
}
LAMINA_INLINE vf vf_load_or(const float *p, size_t n, vf rest) {
  return _mm512_mask_loadu_ps(rest, lanes_below(n), p);
}
LAMINA_INLINE void vf_store(float *p, vf x) { _mm512_storeu_ps(p, x); }
LAMINA_INLINE void vf_store_n(float *p, vf x, size_t n) {
  _mm512_mask_storeu_ps(p, lanes_below(n), x);
}
LAMINA_INLINE vf vf_add(vf a, vf b) { return _mm512_add_ps(a, b); }
LAMINA_INLINE vf vf_sub(vf a, vf b) { return _mm512_sub_ps(a, b); }
LAMINA_INLINE vf vf_mul(vf a, vf b) { return _mm512_mul_ps(a, b); }
LAMINA_INLINE vf vf_div(vf a, vf b) { return _mm512_div_ps(a, b); }
LAMINA_INLINE vf vf_fma(vf a, vf b, vf c) { return _mm512_fmadd_ps(a, b, c); }
LAMINA_INLINE vf vf_min(vf a, vf b) { return _mm512_min_ps(a, b); }
LAMINA_INLINE vf vf_max(vf a, vf b) { return _mm512_max_ps(a, b); }
LAMINA_INLINE vf vf_sqrt(vf a) { return _mm512_sqrt_ps(a); }
LAMINA_INLINE vf vf_abs(vf a) { return _mm512_abs_ps(a); }
LAMINA_INLINE vf vf_round(vf a) {
  return _mm512_roundscale_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}
LAMINA_INLINE vf vf_floor(vf a) {
  return _mm512_roundscale_ps(a, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);
}
LAMINA_INLINE vf vf_ceil(vf a) {
  return _mm512_roundscale_ps(a, _MM_FROUND_TO_POS_INF | _MM_FROUND_NO_EXC);
}
LAMINA_INLINE vf vf_where_less(vf a, vf b, vf yes, vf no) {
  return _mm512_mask_blend_ps(_mm512_cmp_ps_mask(a, b, _CMP_LT_OQ), no, yes);
}
LAMINA_INLINE vf vf_where_nan(vf a, vf yes, vf no) {
  return _mm512_mask_blend_ps(_mm512_cmp_ps_mask(a, a, _CMP_UNORD_Q), no, yes);
}
LAMINA_INLINE vf vf_copysign(vf size, vf sign) {
  return _mm512_or_ps(
    _mm512_and_ps(sign, _mm512_set1_ps(-0.0f)), _mm512_andnot_ps(_mm512_set1_ps(-0.0f), size));
}
LAMINA_INLINE vf vf_scale2(vf a, vf exponent) { return _mm512_scalef_ps(a, exponent); }
LAMINA_INLINE float vf_sum(vf a) { return _mm512_reduce_add_ps(a); }
LAMINA_INLINE float vf_largest(vf a) { return _mm512_reduce_max_ps(a); }
LAMINA_INLINE float vf_smallest(vf a) { return _mm512_reduce_min_ps(a); }

LAMINA_INLINE vi vi_set(int32_t x) { return _mm512_set1_epi32(x); }
LAMINA_INLINE vi vi_load(const int32_t *p) { return _mm512_loadu_si512(p); }
LAMINA_INLINE vi vi_load_n(const int32_t *p, size_t n) {
  return _mm512_maskz_loadu_epi32(lanes_below(n), p);
}
LAMINA_INLINE vi vi_add(vi a, vi b) { return _mm512_add_epi32(a, b); }
LAMINA_INLINE vi vi_sub(vi a, vi b) { return _mm512_sub_epi32(a, b); }
LAMINA_INLINE vi vi_mul(vi a, vi b) { return _mm512_mullo_epi32(a, b); }
LAMINA_INLINE vi vi_min(vi a, vi b) { return _mm512_min_epi32(a, b); }
LAMINA_INLINE vi vi_max(vi a, vi b) { return _mm512_max_epi32(a, b); }
LAMINA_INLINE vi vi_xor(vi a, vi b) { return _mm512_xor_si512(a, b); }
LAMINA_INLINE vi vi_truncate(vf a) { return _mm512_cvttps_epi32(a); }
LAMINA_INLINE vi vi_from_float(vf a) { return _mm512_cvtps_epi32(a); }
LAMINA_INLINE vf vf_from_int(vi a) { return _mm512_cvtepi32_ps(a); }
LAMINA_INLINE vi vi_bits(vf a) { return _mm512_castps_si512(a); }

/// Sixteen bytes, the first `n` from `p`, widened without sign.
LAMINA_INLINE vi vi_bytes_n(const uint8_t *p, size_t n) {
  return _mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8(lanes_below(n), p));
}
/// Narrows in a register first: narrowing stores under a mask are slow on some processors.
LAMINA_INLINE void vi_store_bytes(uint8_t *p, vi x, size_t n) {
  __m128i bytes = _mm512_cvtepi32_epi8(x);
  if (n == 16) {
    _mm_storeu_si128((__m128i *)p, bytes);
  } else {
    _mm_mask_storeu_epi8(p, lanes_below(n), bytes);
  }
}

#define LAMINA_STORES_PAIRS
/// Shifts and clamps two rows of up to 32 quanta and writes them as bytes.
LAMINA_INLINE void vi_store_pair(
  const vi *a, const vi *b, int32_t low, int32_t high, int32_t zero, uint8_t *y_a,
  uint8_t *y_b, size_t count) {
  const __m512i order =
    _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  const __m512i shift = _mm512_set1_epi16((short)zero);
  const __m512i least = _mm512_set1_epi16((short)low), most = _mm512_set1_epi16((short)high);
  __m512i first = _mm512_adds_epi16(_mm512_packs_epi32(a[0], a[1]), shift);
  __m512i second = _mm512_adds_epi16(_mm512_packs_epi32(b[0], b[1]), shift);
  // Packing clamps to all bytes by itself.
  if (high - low < 255) {
    first = _mm512_min_epi16(most, _mm512_max_epi16(least, first));
    second = _mm512_min_epi16(most, _mm512_max_epi16(least, second));
  }
  __m512i bytes = low < 0 ? _mm512_packs_epi16(first, second)
                          : _mm512_packus_epi16(first, second);
  bytes = _mm512_permutexvar_epi32(order, bytes);
  if (count == 32) {
    _mm256_storeu_si256((__m256i *)y_a, _mm512_castsi512_si256(bytes));
    _mm256_storeu_si256((__m256i *)y_b, _mm512_extracti64x4_epi64(bytes, 1));
  } else {
    __mmask32 mask = ((__mmask32)1 << count) - 1;
    _mm256_mask_storeu_epi8(y_a, mask, _mm512_castsi512_si256(bytes));
    _mm256_mask_storeu_epi8(y_b, mask, _mm512_extracti64x4_epi64(bytes, 1));
  }
}

#define LAMINA_POOLS_BLOCKS
/// Bytes of a block that is pooled at once: four vectors of lanes.
typedef struct vi_block {
  vi parts[4];
} vi_block;

/// The largest of each of 64 bytes over some lines of runs, each with the bits of `flip` flipped.
LAMINA_INLINE __m512i bytes_maximum(
  const uint8_t *p, size_t rows, size_t columns, size_t line, size_t step, uint8_t flip) {
  const __m512i flips = _mm512_set1_epi8((char)flip);
  __m512i most = _mm512_setzero_si512();
  for (size_t i = 0; i < rows; i++, p += line) {
    for (size_t j = 0; j < columns; j++) {
      __m512i bytes = _mm512_xor_si512(_mm512_loadu_si512(p + j * step), flips);
      most = _mm512_max_epu8(most, bytes);
    }
  }
  return most;
}
LAMINA_INLINE vi_block vi_block_maximum(
  const uint8_t *p, size_t rows, size_t columns, size_t line, size_t step, uint8_t flip) {
  __m512i most = bytes_maximum(p, rows, columns, line, step, flip);
  return (vi_block){{
    _mm512_cvtepu8_epi32(_mm512_castsi512_si128(most)),
    _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(most, 1)),
    _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(most, 2)),
    _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(most, 3))}};
}
/// The same as bytes, clamped and flipped back.
LAMINA_INLINE void store_bytes_maximum(
  const uint8_t *p, size_t rows, size_t columns, size_t line, size_t step, uint8_t flip,
  uint8_t low, uint8_t high, uint8_t *y) {
  __m512i most = bytes_maximum(p, rows, columns, line, step, flip);
  most = _mm512_max_epu8(most, _mm512_set1_epi8((char)low));
  most = _mm512_min_epu8(most, _mm512_set1_epi8((char)high));
  _mm512_storeu_si512(y, _mm512_xor_si512(most, _mm512_set1_epi8((char)flip)));
}

/// The sum of each of 64 bytes over at most 257 runs, which 16 bits hold.
LAMINA_INLINE vi_block vi_block_sum(
  const uint8_t *p, size_t rows, size_t columns, size_t line, size_t step, uint8_t flip) {
  const __m256i flips = _mm256_set1_epi8((char)flip);
  __m512i lower = _mm512_setzero_si512(), upper = _mm512_setzero_si512();
  for (size_t i = 0; i < rows; i++, p += line) {
    for (size_t j = 0; j < columns; j++) {
      const __m256i *bytes = (const __m256i *)(p + j * step);
      __m256i first = _mm256_xor_si256(_mm256_loadu_si256(bytes), flips);
      __m256i second = _mm256_xor_si256(_mm256_loadu_si256(bytes + 1), flips);
      lower = _mm512_add_epi16(lower, _mm512_cvtepu8_epi16(first));
      upper = _mm512_add_epi16(upper, _mm512_cvtepu8_epi16(second));
    }
  }
  return (vi_block){{
    _mm512_cvtepu16_epi32(_mm512_castsi512_si256(lower)),
    _mm512_cvtepu16_epi32(_mm512_extracti64x4_epi64(lower, 1)),
    _mm512_cvtepu16_epi32(_mm512_castsi512_si256(upper)),
    _mm512_cvtepu16_epi32(_mm512_extracti64x4_epi64(upper, 1))}};
}

/// Sixteen upper halves of floats, widened.
LAMINA_INLINE vf vf_load_brain_n(const uint16_t *p, size_t n) {
  __m512i words = _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(lanes_below(n), p));
  return _mm512_castsi512_ps(_mm512_slli_epi32(words, 16));
}
LAMINA_INLINE vf vf_load_brain(const uint16_t *p) {
  __m512i words = _mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)p));
  return _mm512_castsi512_ps(_mm512_slli_epi32(words, 16));
}
/// The nearest bfloat16, ties to even.
LAMINA_INLINE __m256i brain_of(vf x) {
#ifdef LAMINA_MULTIPLIES_BRAIN
  return (__m256i)_mm512_cvtneps_pbh(x);
#else
  __m512i bits = _mm512_castps_si512(x);
  __m512i odd = _mm512_and_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1));
  __m512i rounded = _mm512_add_epi32(bits, _mm512_add_epi32(odd, _mm512_set1_epi32(0x7fff)));
  __m512i words = _mm512_mask_or_epi32(
    rounded, _mm512_cmp_ps_mask(x, x, _CMP_UNORD_Q), bits, _mm512_set1_epi32(0x400000));
  return _mm512_cvtepi32_epi16(_mm512_srli_epi32(words, 16));
#endif
}
LAMINA_INLINE void vf_store_brain(uint16_t *p, vf x) {
  _mm256_storeu_si256((__m256i *)p, brain_of(x));
}
LAMINA_INLINE void vf_store_brain_n(uint16_t *p, vf x, size_t n) {
  if (n == 16) return vf_store_brain(p, x);
  _mm256_mask_storeu_epi16(p, lanes_below(n), brain_of(x));
}
/// One bfloat16 and a zero above it, in every lane.
LAMINA_INLINE vi vi_half(const uint16_t *p) { return vi_set((int32_t)*p); }
/// The products of two pairs of bfloat16 added to each lane.
LAMINA_INLINE vf vf_pair_dot(vf sum, vi pairs, vi weights) {
#ifdef LAMINA_MULTIPLIES_BRAIN
  return _mm512_dpbf16_ps(sum, (__m512bh)pairs, (__m512bh)weights);
#else
  const __m512i upper = _mm512_set1_epi32((int32_t)0xffff0000);
  vf first = _mm512_castsi512_ps(_mm512_slli_epi32(pairs, 16));
  vf second = _mm512_castsi512_ps(_mm512_and_si512(pairs, upper));
  sum = vf_fma(first, _mm512_castsi512_ps(_mm512_slli_epi32(weights, 16)), sum);
  return vf_fma(second, _mm512_castsi512_ps(_mm512_and_si512(weights, upper)), sum);
#endif
}

/// Sixteen half-precision numbers, widened.
LAMINA_INLINE vf vf_load_half(const uint16_t *p) {
  return _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)p));
}
LAMINA_INLINE void vf_store_half(uint16_t *p, vf x) {
  _mm256_storeu_si256(
    (__m256i *)p, _mm512_cvtps_ph(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
}

/// Sixteen signed bytes, and the signed 4 bits at a place of each word, as floats.
LAMINA_INLINE vf vf_load_codes(const int8_t *p) {
  return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128((const __m128i *)p)));
}
/// Looks them up: an index is the lowest 4 bits of a lane.
LAMINA_INLINE vf vf_nibble(vi words, size_t place) {
  const vf codes = _mm512_setr_ps(0, 1, 2, 3, 4, 5, 6, 7, -8, -7, -6, -5, -4, -3, -2, -1);
  return _mm512_permutexvar_ps(_mm512_srli_epi32(words, 4 * (unsigned)place), codes);
}

/// Copies bytes, 64 at a time.
LAMINA_INLINE void copy_bytes(uint8_t *to, const uint8_t *from, size_t count) {
  for (; count >= 64; count -= 64, to += 64, from += 64) {
    _mm512_storeu_si512(to, _mm512_loadu_si512(from));
  }
  if (count == 0) return;
  __mmask64 mask = ((__mmask64)1 << count) - 1;
  _mm512_mask_storeu_epi8(to, mask, _mm512_maskz_loadu_epi8(mask, from));
}

/// The sum of the bytes of some runs, each with the bits of `lift` flipped; the addresses of runs
/// are `spacing` apart.
LAMINA_INLINE int32_t sum_runs(
  const uint8_t *const *runs, size_t count, size_t spacing, size_t length, uint8_t lift) {
  const __m512i flip = _mm512_set1_epi8((char)lift), ones = _mm512_set1_epi8(1);
  const size_t whole = length / 64 * 64;
  const __mmask64 mask = ((__mmask64)1 << (length - whole)) - 1;
  const __m512i some = _mm512_maskz_mov_epi8(mask, ones);
  __m512i sum = _mm512_setzero_si512();
  for (size_t r = 0; r < count; r++) {
    const uint8_t *p = runs[r * spacing];
    for (size_t i = 0; i < whole; i += 64) {
      __m512i bytes = _mm512_xor_si512(_mm512_loadu_si512(p + i), flip);
      sum = _mm512_dpbusd_epi32(sum, bytes, ones);
    }
    if (!mask) continue;
    __m512i rest = _mm512_xor_si512(_mm512_maskz_loadu_epi8(mask, p + whole), flip);
    sum = _mm512_dpbusd_epi32(sum, rest, some);
  }
  return _mm512_reduce_add_epi32(sum);
}

/// Four bytes of a row in every lane: by the load itself, which compilers else turn into a load and
/// a shuffle where the bytes are flipped next.
LAMINA_INLINE vi dot_row(const uint8_t *p) {
  vi group;
  __asm__("vpbroadcastd %1, %0" : "=v"(group) : "m"(*(const uint8_t(*)[4])p));
  return group;
}
/// Four weights for each of 16 columns.
LAMINA_INLINE vi dot_weights(const int8_t *p) { return _mm512_loadu_si512(p); }
LAMINA_INLINE vi dot_add(vi sum, vi row, vi weights) {
  return _mm512_dpbusd_epi32(sum, row, weights);
}
/// Two pairs of 16-bit products added to each lane.
LAMINA_INLINE vi pair_add(vi sum, vi a, vi b) { return _mm512_dpwssd_epi32(sum, a, b); }
LAMINA_INLINE vi vi_shift16(vi a) { return _mm512_slli_epi32(a, 16); }
LAMINA_INLINE vi vi_or(vi a, vi b) { return _mm512_or_si512(a, b); }

// Lanes of AVX2 with FMA: 8 floats or 8 32-bit integers.

#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define LAMINA_TARGET __attribute__((target("avx2,fma,f16c,bmi,bmi2")))
#define LAMINA_INLINE static inline __attribute__((always_inline)) LAMINA_TARGET
#define LAMINA_KERNEL(stem) lamina_##stem##__avx2
#define LAMINA_TILE(stem) lamina_##stem##_6x16__avx2

#define LAMINA_NAME "avx2"
#define LANES 8
#define TILE_ROWS 6
#define TILE_VECTORS 2
#define DOT_GROUP 2
#define ROOF_CHAINS 12

typedef __m256 vf;
typedef __m256i vi;

/// All bits set in the lanes below `n`.
LAMINA_INLINE __m256i lanes_below(size_t n) {
  return _mm256_cmpgt_epi32(
    _mm256_set1_epi32((int32_t)n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

LAMINA_INLINE vf vf_set(float x) { return _mm256_set1_ps(x); }
LAMINA_INLINE vf vf_load(const float *p) { return _mm256_loadu_ps(p); }
LAMINA_INLINE vf vf_load_n(const float *p, size_t n) {
  return _mm256_maskload_ps(p, lanes_below(n));
}
LAMINA_INLINE vf vf_load_or(const float *p, size_t n, vf rest) {
  __m256i mask = lanes_below(n);
  return _mm256_blendv_ps(rest, _mm256_maskload_ps(p, mask), _mm256_castsi256_ps(mask));
}
LAMINA_INLINE void vf_store(float *p, vf x) { _mm256_storeu_ps(p, x); }
LAMINA_INLINE void vf_store_n(float *p, vf x, size_t n) {
  _mm256_maskstore_ps(p, lanes_below(n), x);
}
LAMINA_INLINE vf vf_add(vf a, vf b) { return _mm256_add_ps(a, b); }
LAMINA_INLINE vf vf_sub(vf a, vf b) { return _mm256_sub_ps(a, b); }
LAMINA_INLINE vf vf_mul(vf a, vf b) { return _mm256_mul_ps(a, b); }
LAMINA_INLINE vf vf_div(vf a, vf b) { return _mm256_div_ps(a, b); }
LAMINA_INLINE vf vf_fma(vf a, vf b, vf c) { return _mm256_fmadd_ps(a, b, c); }
LAMINA_INLINE vf vf_min(vf a, vf b) { return _mm256_min_ps(a, b); }
LAMINA_INLINE vf vf_max(vf a, vf b) { return _mm256_max_ps(a, b); }
LAMINA_INLINE vf vf_sqrt(vf a) { return _mm256_sqrt_ps(a); }
LAMINA_INLINE vf vf_abs(vf a) { return _mm256_andnot_ps(_mm256_set1_ps(-0.0f), a); }
LAMINA_INLINE vf vf_round(vf a) {
  return _mm256_round_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}
LAMINA_INLINE vf vf_floor(vf a) { return _mm256_floor_ps(a); }
LAMINA_INLINE vf vf_ceil(vf a) { return _mm256_ceil_ps(a); }
LAMINA_INLINE vf vf_where_less(vf a, vf b, vf yes, vf no) {
  return _mm256_blendv_ps(no, yes, _mm256_cmp_ps(a, b, _CMP_LT_OQ));
}
LAMINA_INLINE vf vf_where_nan(vf a, vf yes, vf no) {
  return _mm256_blendv_ps(no, yes, _mm256_cmp_ps(a, a, _CMP_UNORD_Q));
}
LAMINA_INLINE vf vf_copysign(vf size, vf sign) {
  return _mm256_or_ps(_mm256_and_ps(sign, _mm256_set1_ps(-0.0f)), vf_abs(size));
}
/// Multiplies by a power of two in two steps, so that results may leave the normal range.
LAMINA_INLINE vf vf_scale2(vf a, vf exponent) {
  __m256i whole = _mm256_cvtps_epi32(exponent);
  __m256i half = _mm256_srai_epi32(whole, 1);
  __m256i bias = _mm256_set1_epi32(127);
  __m256i first = _mm256_slli_epi32(_mm256_add_epi32(half, bias), 23);
  __m256i second = _mm256_slli_epi32(_mm256_add_epi32(_mm256_sub_epi32(whole, half), bias), 23);
  a = _mm256_mul_ps(a, _mm256_castsi256_ps(first));
  return _mm256_mul_ps(a, _mm256_castsi256_ps(second));
}
LAMINA_INLINE float vf_sum(vf a) {
  __m128 x = _mm_add_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
  x = _mm_add_ps(x, _mm_movehl_ps(x, x));
  return _mm_cvtss_f32(_mm_add_ss(x, _mm_movehdup_ps(x)));
}
LAMINA_INLINE float vf_largest(vf a) {
  __m128 x = _mm_max_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
  x = _mm_max_ps(x, _mm_movehl_ps(x, x));
  return _mm_cvtss_f32(_mm_max_ss(x, _mm_movehdup_ps(x)));
}
LAMINA_INLINE float vf_smallest(vf a) {
  __m128 x = _mm_min_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
  x = _mm_min_ps(x, _mm_movehl_ps(x, x));
  return _mm_cvtss_f32(_mm_min_ss(x, _mm_movehdup_ps(x)));
}

LAMINA_INLINE vi vi_set(int32_t x) { return _mm256_set1_epi32(x); }
LAMINA_INLINE vi vi_load(const int32_t *p) { return _mm256_loadu_si256((const __m256i *)p); }
LAMINA_INLINE vi vi_load_n(const int32_t *p, size_t n) {
  return _mm256_maskload_epi32(p, lanes_below(n));
}
LAMINA_INLINE vi vi_add(vi a, vi b) { return _mm256_add_epi32(a, b); }
LAMINA_INLINE vi vi_sub(vi a, vi b) { return _mm256_sub_epi32(a, b); }
LAMINA_INLINE vi vi_mul(vi a, vi b) { return _mm256_mullo_epi32(a, b); }
LAMINA_INLINE vi vi_min(vi a, vi b) { return _mm256_min_epi32(a, b); }
LAMINA_INLINE vi vi_max(vi a, vi b) { return _mm256_max_epi32(a, b); }
LAMINA_INLINE vi vi_xor(vi a, vi b) { return _mm256_xor_si256(a, b); }
LAMINA_INLINE vi vi_truncate(vf a) { return _mm256_cvttps_epi32(a); }
LAMINA_INLINE vi vi_from_float(vf a) { return _mm256_cvtps_epi32(a); }
LAMINA_INLINE vf vf_from_int(vi a) { return _mm256_cvtepi32_ps(a); }
LAMINA_INLINE vi vi_bits(vf a) { return _mm256_castps_si256(a); }

/// Eight bytes, the first `n` from `p`, widened without sign.
LAMINA_INLINE vi vi_bytes_n(const uint8_t *p, size_t n) {
  uint64_t bytes = 0;
  if (n >= 8) {
    memcpy(&bytes, p, 8);
  } else {
    memcpy(&bytes, p, n);
  }
  return _mm256_cvtepu8_epi32(_mm_cvtsi64_si128((long long)bytes));
}
LAMINA_INLINE void vi_store_bytes(uint8_t *p, vi x, size_t n) {
  __m256i low = _mm256_setr_epi8(
    0, 4, 8, 12, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    0, 4, 8, 12, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1);
  __m256i packed = _mm256_shuffle_epi8(x, low);
  __m128i both =
    _mm_unpacklo_epi32(_mm256_castsi256_si128(packed), _mm256_extracti128_si256(packed, 1));
  uint64_t bytes = (uint64_t)_mm_cvtsi128_si64(both);
  if (n >= 8) {
    memcpy(p, &bytes, 8);
  } else {
    memcpy(p, &bytes, n);
  }
}

/// Eight upper halves of floats, widened.
LAMINA_INLINE vf vf_load_brain(const uint16_t *p) {
  __m256i words = _mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)p));
  return _mm256_castsi256_ps(_mm256_slli_epi32(words, 16));
}
LAMINA_INLINE vf vf_load_brain_n(const uint16_t *p, size_t n) {
  if (n == 8) return vf_load_brain(p);
  uint16_t some[8] = {0};
  for (size_t i = 0; i < n; i++) some[i] = p[i];
  return vf_load_brain(some);
}
/// The nearest bfloat16, ties to even.
LAMINA_INLINE void vf_store_brain(uint16_t *p, vf x) {
  __m256i bits = _mm256_castps_si256(x);
  __m256i odd = _mm256_and_si256(_mm256_srli_epi32(bits, 16), _mm256_set1_epi32(1));
  __m256i rounded = _mm256_add_epi32(bits, _mm256_add_epi32(odd, _mm256_set1_epi32(0x7fff)));
  __m256i quiet = _mm256_or_si256(bits, _mm256_set1_epi32(0x400000));
  __m256i isNaN = _mm256_castps_si256(_mm256_cmp_ps(x, x, _CMP_UNORD_Q));
  __m256i words = _mm256_srli_epi32(_mm256_blendv_epi8(rounded, quiet, isNaN), 16);
  __m256i halves = _mm256_permute4x64_epi64(_mm256_packus_epi32(words, words), 0xd8);
  _mm_storeu_si128((__m128i *)p, _mm256_castsi256_si128(halves));
}
LAMINA_INLINE void vf_store_brain_n(uint16_t *p, vf x, size_t n) {
  if (n == 8) return vf_store_brain(p, x);
  uint16_t some[8];
  vf_store_brain(some, x);
  for (size_t i = 0; i < n; i++) p[i] = some[i];
}
/// One bfloat16 and a zero above it, in every lane.
LAMINA_INLINE vi vi_half(const uint16_t *p) { return vi_set((int32_t)*p); }
/// The products of two pairs of bfloat16 added to each lane.
LAMINA_INLINE vf vf_pair_dot(vf sum, vi pairs, vi weights) {
  const __m256i upper = _mm256_set1_epi32((int32_t)0xffff0000);
  vf first = _mm256_castsi256_ps(_mm256_slli_epi32(pairs, 16));
  vf second = _mm256_castsi256_ps(_mm256_and_si256(pairs, upper));
  sum = vf_fma(first, _mm256_castsi256_ps(_mm256_slli_epi32(weights, 16)), sum);
  return vf_fma(second, _mm256_castsi256_ps(_mm256_and_si256(weights, upper)), sum);
}

/// Eight half-precision numbers, widened.
LAMINA_INLINE vf vf_load_half(const uint16_t *p) {
  return _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)p));
}
LAMINA_INLINE void vf_store_half(uint16_t *p, vf x) {
  _mm_storeu_si128((__m128i *)p, _mm256_cvtps_ph(x, _MM_FROUND_TO_NEAREST_INT));
}

/// Eight signed bytes, and the signed 4 bits at a place of each word, as floats.
LAMINA_INLINE vf vf_load_codes(const int8_t *p) {
  return _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)p)));
}
LAMINA_INLINE vf vf_nibble(vi words, size_t place) {
  __m256i upper = _mm256_slli_epi32(words, 28 - 4 * (int)place);
  return _mm256_cvtepi32_ps(_mm256_srai_epi32(upper, 28));
}

#include "../shared/plain_bytes.h"

/// Two 16-bit values of a row in every lane.
LAMINA_INLINE vi dot_row(const uint8_t *p) {
  int32_t group;
  memcpy(&group, p, sizeof group);
  return _mm256_set1_epi32(group);
}
/// Two weights for each of 8 columns, widened to 16 bits.
LAMINA_INLINE vi dot_weights(const int8_t *p) {
  return _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)p));
}
LAMINA_INLINE vi dot_add(vi sum, vi row, vi weights) {
  return _mm256_add_epi32(sum, _mm256_madd_epi16(row, weights));
}
/// Two pairs of 16-bit products added to each lane.
LAMINA_INLINE vi pair_add(vi sum, vi a, vi b) {
  return _mm256_add_epi32(sum, _mm256_madd_epi16(a, b));
}
LAMINA_INLINE vi vi_shift16(vi a) { return _mm256_slli_epi32(a, 16); }
LAMINA_INLINE vi vi_or(vi a, vi b) { return _mm256_or_si256(a, b); }

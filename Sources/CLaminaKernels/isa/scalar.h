// One lane in plain C, for any machine.

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

// For machines without vectors, and for comparison: small rather than fast.
#define LAMINA_TARGET __attribute__((minsize))
#define LAMINA_INLINE static inline __attribute__((always_inline))
#define LAMINA_KERNEL(stem) lamina_##stem##__scalar
#define LAMINA_TILE(stem) lamina_##stem##_4x4__scalar

#define LAMINA_NAME "scalar"
#define LANES 1
#define TILE_ROWS 4
#define TILE_VECTORS 4
#define DOT_GROUP 2
#define ROOF_CHAINS 12

typedef float vf;
typedef int32_t vi;

LAMINA_INLINE vf vf_set(float x) { return x; }
LAMINA_INLINE vf vf_load(const float *p) { return *p; }
LAMINA_INLINE vf vf_load_n(const float *p, size_t n) { return n ? *p : 0; }
LAMINA_INLINE vf vf_load_or(const float *p, size_t n, vf rest) { return n ? *p : rest; }
LAMINA_INLINE void vf_store(float *p, vf x) { *p = x; }
LAMINA_INLINE void vf_store_n(float *p, vf x, size_t n) {
  if (n) *p = x;
}
LAMINA_INLINE vf vf_add(vf a, vf b) { return a + b; }
LAMINA_INLINE vf vf_sub(vf a, vf b) { return a - b; }
LAMINA_INLINE vf vf_mul(vf a, vf b) { return a * b; }
LAMINA_INLINE vf vf_div(vf a, vf b) { return a / b; }
LAMINA_INLINE vf vf_fma(vf a, vf b, vf c) { return a * b + c; }
LAMINA_INLINE vf vf_min(vf a, vf b) { return a < b ? a : b; }
LAMINA_INLINE vf vf_max(vf a, vf b) { return a > b ? a : b; }
LAMINA_INLINE vf vf_sqrt(vf a) { return sqrtf(a); }
LAMINA_INLINE vf vf_abs(vf a) { return fabsf(a); }
LAMINA_INLINE vf vf_round(vf a) { return rintf(a); }
LAMINA_INLINE vf vf_floor(vf a) { return floorf(a); }
LAMINA_INLINE vf vf_ceil(vf a) { return ceilf(a); }
LAMINA_INLINE vf vf_where_less(vf a, vf b, vf yes, vf no) { return a < b ? yes : no; }
LAMINA_INLINE vf vf_where_nan(vf a, vf yes, vf no) { return a != a ? yes : no; }
LAMINA_INLINE vf vf_copysign(vf size, vf sign) { return copysignf(size, sign); }
/// Multiplies by a power of two; NaN has no exponent and stays.
LAMINA_INLINE vf vf_scale2(vf a, vf exponent) {
  return exponent == exponent ? ldexpf(a, (int)exponent) : a;
}
LAMINA_INLINE float vf_sum(vf a) { return a; }
LAMINA_INLINE float vf_largest(vf a) { return a; }
LAMINA_INLINE float vf_smallest(vf a) { return a; }

LAMINA_INLINE vi vi_set(int32_t x) { return x; }
LAMINA_INLINE vi vi_load(const int32_t *p) { return *p; }
LAMINA_INLINE vi vi_load_n(const int32_t *p, size_t n) { return n ? *p : 0; }
LAMINA_INLINE vi vi_add(vi a, vi b) { return (int32_t)((uint32_t)a + (uint32_t)b); }
LAMINA_INLINE vi vi_sub(vi a, vi b) { return (int32_t)((uint32_t)a - (uint32_t)b); }
LAMINA_INLINE vi vi_mul(vi a, vi b) { return (int32_t)((uint32_t)a * (uint32_t)b); }
LAMINA_INLINE vi vi_min(vi a, vi b) { return a < b ? a : b; }
LAMINA_INLINE vi vi_max(vi a, vi b) { return a > b ? a : b; }
LAMINA_INLINE vi vi_xor(vi a, vi b) { return a ^ b; }
/// The nearest integer, ties to even; what does not fit becomes the smallest.
LAMINA_INLINE vi vi_from_float(vf a) {
  float whole = rintf(a);
  return whole >= -2147483648.0f && whole < 2147483648.0f ? (int32_t)whole : INT32_MIN;
}
LAMINA_INLINE vi vi_truncate(vf a) {
  return a >= -2147483648.0f && a < 2147483648.0f ? (int32_t)a : INT32_MIN;
}
LAMINA_INLINE vf vf_from_int(vi a) { return (float)a; }
LAMINA_INLINE vi vi_bits(vf a) {
  vi bits;
  memcpy(&bits, &a, sizeof bits);
  return bits;
}
LAMINA_INLINE vi vi_bytes_n(const uint8_t *p, size_t n) { return n ? *p : 0; }
LAMINA_INLINE void vi_store_bytes(uint8_t *p, vi x, size_t n) {
  if (n) *p = (uint8_t)x;
}

/// The upper half of a float, widened.
LAMINA_INLINE vf vf_load_brain(const uint16_t *p) {
  uint32_t bits = (uint32_t)*p << 16;
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}
LAMINA_INLINE vf vf_load_brain_n(const uint16_t *p, size_t n) { return n ? vf_load_brain(p) : 0; }
/// The nearest bfloat16, ties to even.
LAMINA_INLINE void vf_store_brain(uint16_t *p, vf x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  *p = (uint16_t)((x != x ? bits | 0x400000 : bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}
LAMINA_INLINE void vf_store_brain_n(uint16_t *p, vf x, size_t n) {
  if (n) vf_store_brain(p, x);
}
/// One bfloat16 and a zero above it, in every lane.
LAMINA_INLINE vi vi_half(const uint16_t *p) { return vi_set((int32_t)*p); }
/// The products of two pairs of bfloat16 added to a sum.
LAMINA_INLINE vf vf_pair_dot(vf sum, vi pairs, vi weights) {
  uint16_t a[2], b[2];
  memcpy(a, &pairs, sizeof a);
  memcpy(b, &weights, sizeof b);
  return sum + vf_load_brain(a) * vf_load_brain(b) + vf_load_brain(a + 1) * vf_load_brain(b + 1);
}

/// A half-precision number, widened.
LAMINA_INLINE vf vf_load_half(const uint16_t *p) {
  uint32_t sign = (uint32_t)(*p & 0x8000) << 16, rest = *p & 0x7fff;
  float size;
  if (rest >= 0x7c00) {
    uint32_t bits = 0x7f800000 | (rest & 0x3ff) << 13;
    memcpy(&size, &bits, 4);
  } else if (rest < 0x400) {
    size = (float)rest * 0x1p-24f;
  } else {
    uint32_t bits = (rest << 13) + 0x38000000;
    memcpy(&size, &bits, 4);
  }
  uint32_t bits;
  memcpy(&bits, &size, 4);
  bits |= sign;
  memcpy(&size, &bits, 4);
  return size;
}
/// The nearest half-precision number, ties to even.
LAMINA_INLINE void vf_store_half(uint16_t *p, vf x) {
  uint32_t bits;
  memcpy(&bits, &x, 4);
  uint16_t sign = (uint16_t)(bits >> 16 & 0x8000);
  uint32_t size = bits & 0x7fffffff;
  if (size > 0x7f800000) {
    *p = sign | 0x7e00;
  } else if (size >= 0x477ff000) {
    *p = sign | 0x7c00;
  } else if (size < 0x38800000) {
    *p = sign | (uint16_t)rintf(fabsf(x) * 0x1p24f);
  } else {
    uint32_t rounded = size - 0x38000000 + 0xfff + (size >> 13 & 1);
    *p = sign | (uint16_t)(rounded >> 13);
  }
}

/// A signed byte, and the signed 4 bits at a place of a word, as floats.
LAMINA_INLINE vf vf_load_codes(const int8_t *p) { return (float)*p; }
LAMINA_INLINE vf vf_nibble(vi words, size_t place) {
  return (float)((int32_t)((uint32_t)words << (28 - 4 * place)) >> 28);
}

#include "../shared/plain_bytes.h"

/// Two 16-bit values of a row, packed into one lane.
LAMINA_INLINE vi dot_row(const uint8_t *p) {
  int32_t group;
  memcpy(&group, p, sizeof group);
  return group;
}
/// Two weights of a column, widened and packed into one lane.
LAMINA_INLINE vi dot_weights(const int8_t *p) {
  return (int32_t)(((uint32_t)(uint16_t)p[1] << 16) | (uint16_t)p[0]);
}
LAMINA_INLINE vi pair_add(vi sum, vi a, vi b) {
  int32_t low = (int32_t)(int16_t)(a & 0xffff) * (int16_t)(b & 0xffff);
  int32_t high = (a >> 16) * (b >> 16);
  return (int32_t)((uint32_t)sum + (uint32_t)low + (uint32_t)high);
}
LAMINA_INLINE vi dot_add(vi sum, vi row, vi weights) { return pair_add(sum, row, weights); }
LAMINA_INLINE vi vi_shift16(vi a) { return (int32_t)((uint32_t)a << 16); }
LAMINA_INLINE vi vi_or(vi a, vi b) { return a | b; }

// Lanes of NEON as every 64-bit ARM processor has it: 4 floats or 4 32-bit integers.

#include <arm_neon.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define LAMINA_TARGET
#define LAMINA_INLINE static inline __attribute__((always_inline))
#define LAMINA_KERNEL(stem) lamina_##stem##__neon
#define LAMINA_TILE(stem) lamina_##stem##_8x12__neon

#define LAMINA_NAME "neon"
#define LANES 4
#define TILE_ROWS 8
#define TILE_VECTORS 3
#define DOT_GROUP 2
#define ROOF_CHAINS 24

typedef float32x4_t vf;
typedef int32x4_t vi;

LAMINA_INLINE vf vf_set(float x) { return vdupq_n_f32(x); }
LAMINA_INLINE vf vf_load(const float *p) { return vld1q_f32(p); }
LAMINA_INLINE vf vf_load_or(const float *p, size_t n, vf rest) {
  if (n >= 4) return vf_load(p);
  if (n > 0) rest = vld1q_lane_f32(p, rest, 0);
  if (n > 1) rest = vld1q_lane_f32(p + 1, rest, 1);
  if (n > 2) rest = vld1q_lane_f32(p + 2, rest, 2);
  return rest;
}
LAMINA_INLINE vf vf_load_n(const float *p, size_t n) { return vf_load_or(p, n, vf_set(0)); }
LAMINA_INLINE void vf_store(float *p, vf x) { vst1q_f32(p, x); }
LAMINA_INLINE void vf_store_n(float *p, vf x, size_t n) {
  if (n >= 4) return vf_store(p, x);
  if (n > 0) vst1q_lane_f32(p, x, 0);
  if (n > 1) vst1q_lane_f32(p + 1, x, 1);
  if (n > 2) vst1q_lane_f32(p + 2, x, 2);
}
LAMINA_INLINE vf vf_add(vf a, vf b) { return vaddq_f32(a, b); }
LAMINA_INLINE vf vf_sub(vf a, vf b) { return vsubq_f32(a, b); }
LAMINA_INLINE vf vf_mul(vf a, vf b) { return vmulq_f32(a, b); }
LAMINA_INLINE vf vf_div(vf a, vf b) { return vdivq_f32(a, b); }
LAMINA_INLINE vf vf_fma(vf a, vf b, vf c) { return vfmaq_f32(c, a, b); }
/// The second operand where either is NaN, which NEON's own minimum and maximum do not give.
LAMINA_INLINE vf vf_min(vf a, vf b) { return vbslq_f32(vcltq_f32(a, b), a, b); }
LAMINA_INLINE vf vf_max(vf a, vf b) { return vbslq_f32(vcgtq_f32(a, b), a, b); }
LAMINA_INLINE vf vf_sqrt(vf a) { return vsqrtq_f32(a); }
LAMINA_INLINE vf vf_abs(vf a) { return vabsq_f32(a); }
LAMINA_INLINE vf vf_round(vf a) { return vrndnq_f32(a); }
LAMINA_INLINE vf vf_floor(vf a) { return vrndmq_f32(a); }
LAMINA_INLINE vf vf_ceil(vf a) { return vrndpq_f32(a); }
LAMINA_INLINE vf vf_where_less(vf a, vf b, vf yes, vf no) {
  return vbslq_f32(vcltq_f32(a, b), yes, no);
}
LAMINA_INLINE vf vf_where_nan(vf a, vf yes, vf no) { return vbslq_f32(vceqq_f32(a, a), no, yes); }
LAMINA_INLINE vf vf_copysign(vf size, vf sign) {
  return vbslq_f32(vdupq_n_u32(0x80000000), sign, size);
}
/// Multiplies by a power of two in two steps, so that results may leave the normal range.
LAMINA_INLINE vf vf_scale2(vf a, vf exponent) {
  int32x4_t whole = vcvtnq_s32_f32(exponent);
  int32x4_t half = vshrq_n_s32(whole, 1);
  int32x4_t bias = vdupq_n_s32(127);
  int32x4_t first = vshlq_n_s32(vaddq_s32(half, bias), 23);
  int32x4_t second = vshlq_n_s32(vaddq_s32(vsubq_s32(whole, half), bias), 23);
  return vmulq_f32(vmulq_f32(a, vreinterpretq_f32_s32(first)), vreinterpretq_f32_s32(second));
}
LAMINA_INLINE float vf_sum(vf a) { return vaddvq_f32(a); }
LAMINA_INLINE float vf_largest(vf a) { return vmaxvq_f32(a); }
LAMINA_INLINE float vf_smallest(vf a) { return vminvq_f32(a); }

LAMINA_INLINE vi vi_set(int32_t x) { return vdupq_n_s32(x); }
LAMINA_INLINE vi vi_load(const int32_t *p) { return vld1q_s32(p); }
LAMINA_INLINE vi vi_load_n(const int32_t *p, size_t n) {
  return vreinterpretq_s32_f32(vf_load_n((const float *)p, n));
}
LAMINA_INLINE vi vi_add(vi a, vi b) { return vaddq_s32(a, b); }
LAMINA_INLINE vi vi_sub(vi a, vi b) { return vsubq_s32(a, b); }
LAMINA_INLINE vi vi_mul(vi a, vi b) { return vmulq_s32(a, b); }
LAMINA_INLINE vi vi_min(vi a, vi b) { return vminq_s32(a, b); }
LAMINA_INLINE vi vi_max(vi a, vi b) { return vmaxq_s32(a, b); }
LAMINA_INLINE vi vi_xor(vi a, vi b) { return veorq_s32(a, b); }
LAMINA_INLINE vi vi_or(vi a, vi b) { return vorrq_s32(a, b); }
LAMINA_INLINE vi vi_shift16(vi a) { return vshlq_n_s32(a, 16); }

/// Integers made of floats; what does not fit becomes the smallest.
LAMINA_INLINE vi vi_where_fits(vf a, vi whole) {
  return vbslq_s32(vcltq_f32(a, vdupq_n_f32(0x1p31f)), whole, vdupq_n_s32(INT32_MIN));
}
LAMINA_INLINE vi vi_truncate(vf a) { return vi_where_fits(a, vcvtq_s32_f32(a)); }
LAMINA_INLINE vi vi_from_float(vf a) { return vi_where_fits(a, vcvtnq_s32_f32(a)); }
LAMINA_INLINE vf vf_from_int(vi a) { return vcvtq_f32_s32(a); }
LAMINA_INLINE vi vi_bits(vf a) { return vreinterpretq_s32_f32(a); }

/// Four bytes, the first `n` from `p`, widened without sign.
LAMINA_INLINE vi vi_bytes_n(const uint8_t *p, size_t n) {
  uint32_t bytes = 0;
  if (n >= 4) {
    memcpy(&bytes, p, 4);
  } else {
    if (n > 0) bytes = p[0];
    if (n > 1) bytes |= (uint32_t)p[1] << 8;
    if (n > 2) bytes |= (uint32_t)p[2] << 16;
  }
  uint16x8_t wide = vmovl_u8(vcreate_u8(bytes));
  return vreinterpretq_s32_u32(vmovl_u16(vget_low_u16(wide)));
}
LAMINA_INLINE void vi_store_bytes(uint8_t *p, vi x, size_t n) {
  uint16x4_t halves = vmovn_u32(vreinterpretq_u32_s32(x));
  uint8x8_t bytes = vmovn_u16(vcombine_u16(halves, halves));
  if (n >= 4) {
    uint32_t all = vget_lane_u32(vreinterpret_u32_u8(bytes), 0);
    memcpy(p, &all, 4);
    return;
  }
  if (n > 0) vst1_lane_u8(p, bytes, 0);
  if (n > 1) vst1_lane_u8(p + 1, bytes, 1);
  if (n > 2) vst1_lane_u8(p + 2, bytes, 2);
}

/// Upper halves of floats, widened.
LAMINA_INLINE vf brain_widened(uint16x4_t words) {
  return vreinterpretq_f32_u32(vshlq_n_u32(vmovl_u16(words), 16));
}
LAMINA_INLINE vf vf_load_brain(const uint16_t *p) { return brain_widened(vld1_u16(p)); }
LAMINA_INLINE vf vf_load_brain_n(const uint16_t *p, size_t n) {
  if (n >= 4) return vf_load_brain(p);
  uint16x4_t words = vdup_n_u16(0);
  if (n > 0) words = vld1_lane_u16(p, words, 0);
  if (n > 1) words = vld1_lane_u16(p + 1, words, 1);
  if (n > 2) words = vld1_lane_u16(p + 2, words, 2);
  return brain_widened(words);
}
/// The nearest bfloat16, ties to even.
LAMINA_INLINE uint16x4_t brain_of(vf x) {
  uint32x4_t bits = vreinterpretq_u32_f32(x);
  uint32x4_t odd = vandq_u32(vshrq_n_u32(bits, 16), vdupq_n_u32(1));
  uint32x4_t rounded = vaddq_u32(bits, vaddq_u32(odd, vdupq_n_u32(0x7fff)));
  uint32x4_t quiet = vorrq_u32(bits, vdupq_n_u32(0x400000));
  return vshrn_n_u32(vbslq_u32(vceqq_f32(x, x), rounded, quiet), 16);
}
LAMINA_INLINE void vf_store_brain(uint16_t *p, vf x) { vst1_u16(p, brain_of(x)); }
LAMINA_INLINE void vf_store_brain_n(uint16_t *p, vf x, size_t n) {
  if (n >= 4) return vf_store_brain(p, x);
  uint16x4_t words = brain_of(x);
  if (n > 0) vst1_lane_u16(p, words, 0);
  if (n > 1) vst1_lane_u16(p + 1, words, 1);
  if (n > 2) vst1_lane_u16(p + 2, words, 2);
}
/// Four signed bytes as floats.
LAMINA_INLINE vf vf_load_codes(const int8_t *p) {
  int32_t bytes;
  memcpy(&bytes, p, sizeof bytes);
  int16x8_t wide = vmovl_s8(vreinterpret_s8_s32(vdup_n_s32(bytes)));
  return vcvtq_f32_s32(vmovl_s16(vget_low_s16(wide)));
}
/// The signed 4 bits at bit 4 · `place` of each word as floats.
LAMINA_INLINE vf vf_nibble(vi words, size_t place) {
  vi high = vshlq_s32(words, vdupq_n_s32(28 - 4 * (int32_t)place));
  return vcvtq_f32_s32(vshrq_n_s32(high, 28));
}
/// One bfloat16 and a zero above it, in every lane.
LAMINA_INLINE vi vi_half(const uint16_t *p) { return vi_set((int32_t)*p); }
/// The products of two pairs of bfloat16 added to each lane.
LAMINA_INLINE vf vf_pair_dot(vf sum, vi pairs, vi weights) {
  const int32x4_t upper = vdupq_n_s32((int32_t)0xffff0000);
  sum = vfmaq_f32(
    sum, vreinterpretq_f32_s32(vshlq_n_s32(pairs, 16)),
    vreinterpretq_f32_s32(vshlq_n_s32(weights, 16)));
  return vfmaq_f32(
    sum, vreinterpretq_f32_s32(vandq_s32(pairs, upper)),
    vreinterpretq_f32_s32(vandq_s32(weights, upper)));
}

/// Four half-precision numbers, widened.
LAMINA_INLINE vf vf_load_half(const uint16_t *p) {
  return vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(p)));
}
LAMINA_INLINE void vf_store_half(uint16_t *p, vf x) {
  vst1_u16(p, vreinterpret_u16_f16(vcvt_f16_f32(x)));
}

#include "../shared/plain_bytes.h"

/// Two 16-bit values of a row in every lane.
LAMINA_INLINE vi dot_row(const uint8_t *p) {
  int32_t group;
  memcpy(&group, p, sizeof group);
  return vdupq_n_s32(group);
}
/// Two weights for each of 4 columns, widened to 16 bits: the columns' first, then their second.
LAMINA_INLINE vi dot_weights(const int8_t *p) {
  const uint8x16_t order = {0, 1, 4, 5, 8, 9, 12, 13, 2, 3, 6, 7, 10, 11, 14, 15};
  int8x16_t wide = vreinterpretq_s8_s16(vmovl_s8(vld1_s8(p)));
  return vreinterpretq_s32_s8(vqtbl1q_s8(wide, order));
}
LAMINA_INLINE vi dot_add(vi sum, vi row, vi weights) {
  int16x8_t values = vreinterpretq_s16_s32(row), columns = vreinterpretq_s16_s32(weights);
  sum = vmlal_laneq_s16(sum, vget_low_s16(columns), values, 0);
  return vmlal_high_laneq_s16(sum, columns, values, 1);
}
/// Two pairs of 16-bit products added to each lane.
LAMINA_INLINE vi pair_add(vi sum, vi a, vi b) {
  int16x8_t left = vreinterpretq_s16_s32(a), right = vreinterpretq_s16_s32(b);
  int32x4_t low = vmull_s16(vget_low_s16(left), vget_low_s16(right));
  return vaddq_s32(sum, vpaddq_s32(low, vmull_high_s16(left, right)));
}

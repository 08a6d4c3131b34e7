#ifndef LAMINA_I8_H
#define LAMINA_I8_H

#include "lamina_f32.h"

// Kernels over 8-bit activations, signed or not. The contract of lamina_f32.h holds. Signed bytes
// are read as byte ^ 0x80, so "lifted" values are from 0 to 255 and a signed zero point is lifted
// by 128 too. Sums of products, and means of pools, are scaled as floats with ties to even: within
// one quantum of the whole numbers that TensorFlow Lite scales with. Everything is clamped.

/// What becomes of a result's bytes before they are stored.
///
///     y = quantize(result_scale · (result − result_zero) + addend_scale · (addend − addend_zero))
///
/// The result's zero point, range and rounding are those of the kernel before it.
typedef struct lamina_i8_ending {
  float result_scale, addend_scale, y_scale;
  int32_t addend_zero;
  bool addend_signed;
  int32_t y_zero, y_low, y_high;
} lamina_i8_ending;

/// A matrix product of bytes with packed signed 8-bit weights.
///
///     sum[i][j] = bias[j] + Σ_k lifted(rows[i][k]) · weights[k][j] − zero[j] · Σ_k lifted(rows[i][k])
///     y[i][j]   = clamp(round(sum[i][j] · multiplier[j]) + y_zero)
///
/// Rows are found as in `lamina_f32_product`. The bias already holds what the input's zero point
/// contributes.
typedef struct lamina_i8_product {
  const lamina_window *_Nullable window;
  /// The window's runs are first copied side by side. Needed where `dot group` is 2.
  bool gathers;
  bool is_signed;
  /// The panels hold weight zero points that are not all 0.
  bool has_weight_zeros;
  size_t taps, depth, columns;
  const int8_t *_Nonnull panels;
  /// `depth` bytes of the input's zero point, read where the window leaves the image.
  const uint8_t *_Nullable padding;
  size_t x_stride, y_stride;
  int32_t y_zero, y_low, y_high;
  /// No sum times its multiplier reaches 2²².
  bool fits;
  const lamina_i8_ending *_Nullable ending;
  /// What the ending adds, laid out as the result with rows of `addend_stride`; may be `y`.
  const uint8_t *_Nullable addend;
  size_t addend_stride;
} lamina_i8_product;

/// Rows `row_begin ..< row_end` of panels `panel_begin ..< panel_end` of a product.
///
/// `scratch` holds `lamina_i8_scratch` bytes.
typedef void lamina_i8_product_function(
  const lamina_i8_product *_Nonnull product, const uint8_t *_Nonnull x, uint8_t *_Nonnull y,
  void *_Nonnull scratch, size_t row_begin, size_t row_end, size_t panel_begin,
  size_t panel_end);

lamina_i8_product_function lamina_i8_product_4x4__scalar, lamina_i8_product_8x12__neon,
  lamina_i8_product_6x16__avx2, lamina_i8_product_14x32__avx512;

/// The same of a convolution with few input channels: `taps` counts the window's rows, `depth` the
/// bytes of one such row, and weights are packed by `lamina_merge_lines` where `dot group` is 4.
/// The window's `dilation_x` is 1. `scratch` holds `lamina_i8_image_scratch` bytes.
lamina_i8_product_function lamina_i8_image_4x4__scalar, lamina_i8_image_8x12__neon,
  lamina_i8_image_6x16__avx2, lamina_i8_image_14x32__avx512;

/// Bytes of scratch that a convolution with few input channels needs.
size_t lamina_i8_image_scratch(
  const lamina_i8_product *_Nonnull product, size_t tile_rows, size_t dot_group);

/// Bytes of scratch that a product needs.
size_t lamina_i8_scratch(
  const lamina_i8_product *_Nonnull product, size_t tile_rows, size_t dot_group);

/// How a product's columns become bytes: one number per column.
typedef struct lamina_i8_columns {
  const int32_t *_Nonnull bias;
  const float *_Nonnull multiplier;
  const int32_t *_Nonnull zero;
} lamina_i8_columns;

/// What lies side by side before a group of weights is filled up: a tap's channels, the taps of a
/// row of the window, or all taps.
typedef enum lamina_merge {
  lamina_merge_none,
  lamina_merge_lines,
  lamina_merge_all,
} lamina_merge;

/// Bytes that `lamina_i8_pack` writes.
size_t lamina_i8_packed_count(
  const lamina_weights *_Nonnull weights, lamina_merge merge, size_t lanes, size_t vectors,
  size_t dot_group);

/// Packs signed 8-bit weights in panels: bias, multiplier and zero of each column, then groups of
/// `dot_group` weights per column.
void lamina_i8_pack(
  const lamina_weights *_Nonnull weights, const lamina_i8_columns *_Nonnull columns,
  lamina_merge merge, size_t lanes, size_t vectors, size_t dot_group, int8_t *_Nonnull panels);

/// Adds up the weights of each column.
void lamina_i8_column_sums(const lamina_weights *_Nonnull weights, int32_t *_Nonnull sums);

/// A depthwise convolution of bytes. The window's pixels are `channels` bytes, without a gap.
///
///     y[i][c] = clamp(round((bias[c] + Σ_t lifted(x[tap t][c]) · (weights[t][c] − zero[c]))
///                           · multiplier[c]) + y_zero)
typedef struct lamina_i8_depthwise {
  const lamina_window *_Nonnull window;
  size_t channels;
  bool is_signed;
  /// Some weight zero points are not 0.
  bool has_weight_zeros;
  /// Written by `lamina_i8_depthwise_pack` for this instruction set.
  const int8_t *_Nonnull packed;
  /// `channels` bytes of the input's zero point.
  const uint8_t *_Nonnull padding;
  size_t y_stride;
  int32_t y_zero, y_low, y_high;
  /// No sum times its multiplier reaches 2²².
  bool fits;
} lamina_i8_depthwise;

/// Bytes that `lamina_i8_depthwise_pack` writes.
size_t lamina_i8_depthwise_packed_count(
  const lamina_window *_Nonnull window, size_t channels, size_t lanes, size_t dot_group);

/// Bytes of scratch that a depthwise convolution needs.
size_t lamina_i8_depthwise_scratch(
  const lamina_window *_Nonnull window, size_t channels, size_t dot_group);

/// Packs taps × channels weights with their channels' numbers, block of channels after block.
void lamina_i8_depthwise_pack(
  const int8_t *_Nonnull weights, const lamina_i8_columns *_Nonnull columns,
  const lamina_window *_Nonnull window, size_t channels, size_t lanes, size_t dot_group,
  int8_t *_Nonnull packed);

/// Output pixels `begin ..< end`. `packed` and `scratch` are aligned to 64 bytes.
typedef void lamina_i8_depthwise_function(
  const lamina_i8_depthwise *_Nonnull depthwise, const uint8_t *_Nonnull x, uint8_t *_Nonnull y,
  void *_Nonnull scratch, size_t begin, size_t end);

lamina_i8_depthwise_function lamina_i8_depthwise__scalar, lamina_i8_depthwise__neon,
  lamina_i8_depthwise__avx2, lamina_i8_depthwise__avx512;

/// Output pixels `begin ..< end` of a maximum or mean over bytes.
typedef void lamina_i8_pool_function(
  const lamina_pooling *_Nonnull pooling, const uint8_t *_Nonnull x, uint8_t *_Nonnull y,
  size_t begin, size_t end);

lamina_i8_pool_function lamina_i8_pool__scalar, lamina_i8_pool__neon, lamina_i8_pool__avx2,
  lamina_i8_pool__avx512;

/// What the bytes of two operands and a result mean: real = scale · (stored − zero).
typedef struct lamina_i8_pairing {
  lamina_pairing shape;
  float a_scale, b_scale, y_scale;
  int32_t a_zero, b_zero, y_zero, y_low, y_high;
  bool a_signed, b_signed;
  /// Ties go to the even code, else away from zero.
  bool rounds_to_even;
} lamina_i8_pairing;

/// y = quantize(function(real a, real b)).
typedef void lamina_i8_binary_function(
  lamina_binary function, const lamina_i8_pairing *_Nonnull pairing, const uint8_t *_Nonnull a,
  const uint8_t *_Nonnull b, uint8_t *_Nonnull y);

lamina_i8_binary_function lamina_i8_binary__scalar, lamina_i8_binary__neon, lamina_i8_binary__avx2,
  lamina_i8_binary__avx512;

/// Softmax of lines of bytes.
///
///     y[i] = clamp(round(powers[d[i]] / Σ powers[d] / y_scale) + y_zero), d[i] = max − x[i]
typedef struct lamina_i8_softmax {
  /// exp(−scale · d) for the distances d from 0 to 255.
  const float *_Nonnull powers;
  bool is_signed;
  float y_scale;
  int32_t y_zero, y_low, y_high;
  /// Ties go to the even code, else away from zero.
  bool rounds_to_even;
} lamina_i8_softmax;

/// `lines` lines of `count` bytes, without gaps; in place allowed.
typedef void lamina_i8_softmax_function(
  const lamina_i8_softmax *_Nonnull softmax, const uint8_t *_Nonnull x, uint8_t *_Nonnull y,
  size_t lines, size_t count);

lamina_i8_softmax_function lamina_i8_softmax__scalar, lamina_i8_softmax__neon,
  lamina_i8_softmax__avx2, lamina_i8_softmax__avx512;

/// y[i] = clamp(round(x[i] / scale) + zero).
typedef void lamina_i8_quantize_function(
  const float *_Nonnull x, uint8_t *_Nonnull y, size_t count, float scale, int32_t zero,
  int32_t low, int32_t high, bool rounds_to_even);

lamina_i8_quantize_function lamina_i8_quantize__scalar, lamina_i8_quantize__neon,
  lamina_i8_quantize__avx2, lamina_i8_quantize__avx512;

/// y[i] = scale · (x[i] − zero).
typedef void lamina_i8_dequantize_function(
  const uint8_t *_Nonnull x, float *_Nonnull y, size_t count, float scale, int32_t zero,
  bool is_signed);

lamina_i8_dequantize_function lamina_i8_dequantize__scalar, lamina_i8_dequantize__neon,
  lamina_i8_dequantize__avx2, lamina_i8_dequantize__avx512;

/// y[i] = table[x[i]]; in place allowed.
void lamina_i8_lookup(
  const uint8_t *_Nonnull table, const uint8_t *_Nonnull x, uint8_t *_Nonnull y, size_t count);

/// y[c][r] = x[r][c] for bytes.
typedef void lamina_x8_transpose_function(
  const uint8_t *_Nonnull x, uint8_t *_Nonnull y, size_t rows, size_t columns, size_t x_stride,
  size_t y_stride);

lamina_x8_transpose_function lamina_x8_transpose__scalar, lamina_x8_transpose__neon,
  lamina_x8_transpose__avx2, lamina_x8_transpose__avx512;

#endif

#ifndef LAMINA_F32_H
#define LAMINA_F32_H

#include "lamina_window.h"
#include <stdbool.h>

// Common to all kernels: counts may be zero; pointers need the alignment of their element only;
// nothing is read or written outside the stated counts. An output may be the same memory as an
// input of the same shape where "in place" is stated, and must not overlap inputs otherwise.

/// Element-wise functions of one operand. Errors are relative to the result unless stated.
typedef enum lamina_unary : int32_t {
  /// y = x.
  lamina_unary_identity,
  /// y = min(max(x, alpha), beta); NaN stays NaN.
  lamina_unary_clip,
  /// y = x < 0 ? alpha · x : x.
  lamina_unary_leaky_relu,
  /// y = min(max(alpha · x + beta, 0), 1).
  lamina_unary_hard_sigmoid,
  /// y = x · min(max(alpha · x + beta, 0), 1).
  lamina_unary_hard_swish,
  /// y = 1 / (1 + exp(−x)), within 4 units in the last place.
  lamina_unary_sigmoid,
  /// y = x / (1 + exp(−alpha · x)), within 4 units in the last place.
  lamina_unary_silu,
  /// y = tanh(x), within 4 units in the last place.
  lamina_unary_tanh,
  /// y = exp(x), within 2 units in the last place; results below the normal range may be 0.
  lamina_unary_exp,
  /// y = erf(x), within 4 units in the last place.
  lamina_unary_erf,
  /// y = x/2 · (1 + erf(x/√2)), within 1e-6 absolute for |x| ≤ 10.
  lamina_unary_gelu,
  /// y = x/2 · (1 + tanh(√(2/π) · (x + 0.044715 x³))), within 1e-6 absolute for |x| ≤ 10.
  lamina_unary_gelu_tanh,
  /// y = x < 0 ? alpha · (exp(x) − 1) : beta · x.
  lamina_unary_elu,
  lamina_unary_sqrt,
  lamina_unary_reciprocal_sqrt,
  lamina_unary_abs,
  lamina_unary_negate,
  lamina_unary_square,
  lamina_unary_reciprocal,
  lamina_unary_floor,
  lamina_unary_ceil,
  /// Ties to even.
  lamina_unary_round,
  /// Natural logarithm of positive normal numbers within 4 units in the last place; −inf at 0.
  lamina_unary_log,
  /// y = alpha · x + beta.
  lamina_unary_linear,
  /// y = sin(x), within 2e-7 absolute, and within 4 units in the last place for |x| ≤ 3.
  lamina_unary_sin,
  /// y = cos(x), within 2e-7 absolute.
  lamina_unary_cos,
  /// y = x · tanh(ln(1 + exp(x))), within 6 units in the last place.
  lamina_unary_mish,
  /// y = alpha · ln(1 + exp(alpha · x)) for alpha of 1 or −1, within 6 units in the last place; results
  /// below the normal range may be 0.
  lamina_unary_softplus,
} lamina_unary;

/// Element-wise functions of two operands.
typedef enum lamina_binary : int32_t {
  lamina_binary_add,
  lamina_binary_subtract,
  lamina_binary_multiply,
  lamina_binary_divide,
  lamina_binary_minimum,
  lamina_binary_maximum,
  /// (a − b)².
  lamina_binary_squared_difference,
  /// a < 0 ? a · b : a.
  lamina_binary_prelu,
  /// a to the power b, within 1 unit in the last place.
  lamina_binary_power,
} lamina_binary;

/// How lines are reduced.
typedef enum lamina_reduction : int32_t {
  lamina_reduction_sum,
  lamina_reduction_maximum,
  lamina_reduction_minimum,
  lamina_reduction_square_sum,
  lamina_reduction_absolute_sum,
  lamina_reduction_product,
  /// The logarithm of the sum of exp(x).
  lamina_reduction_log_sum_exp,
} lamina_reduction;

/// A matrix product with packed weights, whose left rows may be windows of an image.
///
///     y[i][j] = activation(clamp(bias[j] + Σ_k rows[i][k] · weights[k][j] + residual[i][j]))
///
/// `rows[i]` is the row at `x + i · x_stride`, or with `window` the `taps` runs of `depth`
/// elements under the window at output pixel `i`. NaN passes the clamp.
typedef struct lamina_f32_product {
  const lamina_window *_Nullable window;
  /// Pixels side by side under a row of the window are taken as one run: for few channels.
  bool gathers;
  size_t taps, depth, columns;
  /// Written by `lamina_f32_pack` for this instruction set's tile.
  const float *_Nonnull panels;
  /// `depth` zeros, read where the window leaves the image.
  const void *_Nullable zeros;
  size_t x_stride, y_stride, residual_stride;
  float low, high;
  lamina_unary activation;
  float alpha, beta;
  /// Weights that are read after this product, called for while it is computed; may be null.
  const void *_Nullable next;
  size_t next_bytes;
  /// This product's first weights were called for before.
  bool is_called;
} lamina_f32_product;

/// Rows `row_begin ..< row_end` of panels `panel_begin ..< panel_end` of a product.
///
/// `scratch` holds `taps · tile rows` pointers, or with `gathers` `kernel_height · tile rows`
/// pointers and `tile rows · taps · depth` floats; it is unused without a window. `residual` may be
/// `y`.
typedef void lamina_f32_product_function(
  const lamina_f32_product *_Nonnull product, const float *_Nonnull x,
  const float *_Nullable residual, float *_Nonnull y, void *_Nullable scratch, size_t row_begin,
  size_t row_end, size_t panel_begin, size_t panel_end);

lamina_f32_product_function lamina_f32_product_4x4__scalar, lamina_f32_product_8x12__neon,
  lamina_f32_product_6x16__avx2, lamina_f32_product_14x32__avx512;

/// Floats that `lamina_f32_pack` writes.
size_t lamina_f32_packed_count(size_t inner, size_t columns, size_t lanes, size_t vectors);

/// Packs weights in panels of `lanes · vectors` columns, bias first, then row by row.
///
/// The last panel is one vector wide when its columns fit in one. A null bias is zero.
void lamina_f32_pack(
  const lamina_weights *_Nonnull weights, const float *_Nullable bias, size_t lanes,
  size_t vectors, float *_Nonnull panels);

/// Packs weights times one factor a column. The weights need not be aligned.
void lamina_f32_pack_scaled(
  const lamina_weights *_Nonnull weights, const float *_Nullable bias,
  const float *_Nullable factors, size_t lanes, size_t vectors, float *_Nonnull panels);

/// A depthwise convolution of channels-last images: `weights` are taps × channels.
///
///     y[i][c] = clamp(bias[c] + Σ_t x[tap t of pixel i][c] · weights[t][c])
typedef struct lamina_f32_depthwise {
  const lamina_window *_Nonnull window;
  size_t channels;
  const float *_Nonnull weights;
  const float *_Nonnull bias;
  /// `channels` zeros.
  const void *_Nonnull zeros;
  size_t y_stride;
  float low, high;
  lamina_unary activation;
  float alpha, beta;
} lamina_f32_depthwise;

/// Bytes of working memory of a depthwise convolution of elements of so many bytes.
size_t lamina_depthwise_scratch(
  const lamina_window *_Nonnull window, size_t lanes, size_t element_bytes);

/// Output rows `begin ..< end`, counted over all images.
///
/// `scratch` holds `lamina_depthwise_scratch` bytes and is aligned to 64.
typedef void lamina_f32_depthwise_function(
  const lamina_f32_depthwise *_Nonnull depthwise, const float *_Nonnull x, float *_Nonnull y,
  void *_Nonnull scratch, size_t begin, size_t end);

lamina_f32_depthwise_function lamina_f32_depthwise__scalar, lamina_f32_depthwise__neon,
  lamina_f32_depthwise__avx2, lamina_f32_depthwise__avx512;

/// Pools channels-last images.
typedef struct lamina_pooling {
  const lamina_window *_Nonnull window;
  size_t channels;
  size_t y_stride;
  bool takes_maximum;
  /// Padding counts as elements of the mean.
  bool counts_padding;
  float low, high;
  /// Quantized pooling only: a stored value of zero, and output = ratio · (x − zero) + zero'.
  int32_t x_zero, y_zero;
  float ratio;
  int32_t y_low, y_high;
  bool is_signed;
} lamina_pooling;

/// Output pixels `begin ..< end`. A window with no element gives −inf, or 0 for a mean; a maximum
/// passes over NaN.
typedef void lamina_f32_pool_function(
  const lamina_pooling *_Nonnull pooling, const float *_Nonnull x, float *_Nonnull y,
  size_t begin, size_t end);

lamina_f32_pool_function lamina_f32_pool__scalar, lamina_f32_pool__neon, lamina_f32_pool__avx2,
  lamina_f32_pool__avx512;

/// y[i] = function(x[i]); in place allowed.
typedef void lamina_f32_unary_function(
  lamina_unary function, const float *_Nonnull x, float *_Nonnull y, size_t count, float alpha,
  float beta);

lamina_f32_unary_function lamina_f32_unary__scalar, lamina_f32_unary__neon, lamina_f32_unary__avx2,
  lamina_f32_unary__avx512;

/// Two operands and a result of `outer` × `inner`; a stride of 0 repeats an operand.
typedef struct lamina_pairing {
  size_t outer, inner;
  /// From one line to the next, and from one element to the next: 0 or 1.
  size_t a_outer, a_inner, b_outer, b_inner, y_outer;
  float low, high;
} lamina_pairing;

/// y[r][i] = clamp(function(a[r][i], b[r][i])); in place allowed for an operand not repeated.
typedef void lamina_f32_binary_function(
  lamina_binary function, const lamina_pairing *_Nonnull shape, const float *_Nonnull a,
  const float *_Nonnull b, float *_Nonnull y);

lamina_f32_binary_function lamina_f32_binary__scalar, lamina_f32_binary__neon,
  lamina_f32_binary__avx2, lamina_f32_binary__avx512;

/// Softmax of each line, y = exp(scale · (x − max)) / Σ exp; with `logarithm` its logarithm.
///
/// In place allowed. A line with NaN is all NaN.
typedef void lamina_f32_softmax_function(
  const float *_Nonnull x, float *_Nonnull y, size_t lines, size_t count, float scale,
  bool logarithm);

lamina_f32_softmax_function lamina_f32_softmax__scalar, lamina_f32_softmax__neon,
  lamina_f32_softmax__avx2, lamina_f32_softmax__avx512;

/// y[o][i] = scale · reduction over r of x[o][r][i].
///
/// Sums are taken in several float32 partial sums.
typedef void lamina_f32_reduce_function(
  lamina_reduction reduction, const float *_Nonnull x, float *_Nonnull y, size_t outer,
  size_t reduced, size_t inner, float scale);

lamina_f32_reduce_function lamina_f32_reduce__scalar, lamina_f32_reduce__neon,
  lamina_f32_reduce__avx2, lamina_f32_reduce__avx512;

/// Normalises each line: y = (x − mean) / √(variance + epsilon) · gain + offset.
///
/// `gain` and `offset` may be null; in place allowed.
typedef void lamina_f32_normalize_function(
  const float *_Nonnull x, const float *_Nullable gain, const float *_Nullable offset,
  float *_Nonnull y, size_t lines, size_t count, float epsilon);

lamina_f32_normalize_function lamina_f32_normalize__scalar, lamina_f32_normalize__neon,
  lamina_f32_normalize__avx2, lamina_f32_normalize__avx512;

/// y[p][c] = scale[c] · x[p][c] + shift[c], clamped; in place allowed.
typedef void lamina_f32_scale_shift_function(
  const float *_Nonnull x, const float *_Nonnull scale, const float *_Nonnull shift,
  float *_Nonnull y, size_t pixels, size_t channels, float low, float high);

lamina_f32_scale_shift_function lamina_f32_scale_shift__scalar, lamina_f32_scale_shift__neon,
  lamina_f32_scale_shift__avx2, lamina_f32_scale_shift__avx512;

/// Mixes four pixels: y = (1−v)·((1−u)·a + u·b) + v·((1−u)·c + u·d).
typedef void lamina_f32_mix_function(
  const float *_Nonnull a, const float *_Nonnull b, const float *_Nonnull c,
  const float *_Nonnull d, float u, float v, float *_Nonnull y, size_t count);

lamina_f32_mix_function lamina_f32_mix__scalar, lamina_f32_mix__neon, lamina_f32_mix__avx2,
  lamina_f32_mix__avx512;

/// Widens half-precision numbers.
typedef void lamina_f32_from_half_function(
  const uint16_t *_Nonnull x, float *_Nonnull y, size_t count);

lamina_f32_from_half_function lamina_f32_from_half__scalar, lamina_f32_from_half__neon,
  lamina_f32_from_half__avx2, lamina_f32_from_half__avx512;

/// Rounds to half precision, ties to even.
typedef void lamina_f32_to_half_function(
  const float *_Nonnull x, uint16_t *_Nonnull y, size_t count);

lamina_f32_to_half_function lamina_f32_to_half__scalar, lamina_f32_to_half__neon,
  lamina_f32_to_half__avx2, lamina_f32_to_half__avx512;

/// y[c][r] = x[r][c] for 4-byte elements.
typedef void lamina_x32_transpose_function(
  const uint32_t *_Nonnull x, uint32_t *_Nonnull y, size_t rows, size_t columns, size_t x_stride,
  size_t y_stride);

lamina_x32_transpose_function lamina_x32_transpose__scalar, lamina_x32_transpose__neon,
  lamina_x32_transpose__avx2, lamina_x32_transpose__avx512;

#endif

#ifndef LAMINA_BF16_H
#define LAMINA_BF16_H

#include "lamina_f32.h"

// Kernels of bfloat16 tensors: elements are the upper 16 bits of a float32. Sums are float32, and
// results are rounded once, to nearest, ties to even; NaN stays NaN. Where the processor multiplies
// bfloat16 itself, operands and sums below the normal range count as zero.

/// Like `lamina_f32_product_function`. Panels are those of `lamina_bf16_pack`, `zeros` are
/// bfloat16, and `scratch` with `gathers` holds elements in place of floats.
typedef void lamina_bf16_product_function(
  const lamina_f32_product *_Nonnull product, const uint16_t *_Nonnull x,
  const uint16_t *_Nullable residual, uint16_t *_Nonnull y, void *_Nullable scratch,
  size_t row_begin, size_t row_end, size_t panel_begin, size_t panel_end);

lamina_bf16_product_function lamina_bf16_product_4x4__scalar, lamina_bf16_product_8x12__neon,
  lamina_bf16_product_6x16__avx2, lamina_bf16_product_14x32__avx512,
  lamina_bf16_product_14x32__avx512bf16;

/// 32-bit words that `lamina_bf16_pack` writes.
size_t lamina_bf16_packed_count(
  size_t kernel_height, size_t kernel_width, size_t depth, bool gathers, size_t columns,
  size_t lanes, size_t vectors);

/// Packs weights in panels of `lanes · vectors` columns: the float32 bias, then pairs of rows.
///
/// A pair is the weights of two neighbouring elements of a run in one word, the first below; runs
/// are those that a product with or without `gathers` reads. `weights->data` are bfloat16.
void lamina_bf16_pack(
  const lamina_weights *_Nonnull weights, const float *_Nullable bias, bool gathers, size_t lanes,
  size_t vectors, float *_Nonnull panels);

/// Like `lamina_f32_depthwise_function`, with float32 weights and biases and bfloat16 `zeros`. The
/// weights are bfloat16 widened. `scratch` holds `lamina_depthwise_scratch` bytes and is aligned
/// to 64.
typedef void lamina_bf16_depthwise_function(
  const lamina_f32_depthwise *_Nonnull depthwise, const uint16_t *_Nonnull x,
  uint16_t *_Nonnull y, void *_Nonnull scratch, size_t begin, size_t end);

lamina_bf16_depthwise_function lamina_bf16_depthwise__scalar, lamina_bf16_depthwise__neon,
  lamina_bf16_depthwise__avx2, lamina_bf16_depthwise__avx512bf16;

/// Like `lamina_f32_pool_function`.
typedef void lamina_bf16_pool_function(
  const lamina_pooling *_Nonnull pooling, const uint16_t *_Nonnull x, uint16_t *_Nonnull y,
  size_t begin, size_t end);

lamina_bf16_pool_function lamina_bf16_pool__scalar, lamina_bf16_pool__neon, lamina_bf16_pool__avx2,
  lamina_bf16_pool__avx512bf16;

/// Like `lamina_f32_unary_function`.
typedef void lamina_bf16_unary_function(
  lamina_unary function, const uint16_t *_Nonnull x, uint16_t *_Nonnull y, size_t count,
  float alpha, float beta);

lamina_bf16_unary_function lamina_bf16_unary__scalar, lamina_bf16_unary__neon,
  lamina_bf16_unary__avx2, lamina_bf16_unary__avx512, lamina_bf16_unary__avx512bf16;

/// Like `lamina_f32_binary_function`.
typedef void lamina_bf16_binary_function(
  lamina_binary function, const lamina_pairing *_Nonnull shape, const uint16_t *_Nonnull a,
  const uint16_t *_Nonnull b, uint16_t *_Nonnull y);

lamina_bf16_binary_function lamina_bf16_binary__scalar, lamina_bf16_binary__neon,
  lamina_bf16_binary__avx2, lamina_bf16_binary__avx512, lamina_bf16_binary__avx512bf16;

/// Widens to float32.
typedef void lamina_bf16_widen_function(
  const uint16_t *_Nonnull x, float *_Nonnull y, size_t count);

lamina_bf16_widen_function lamina_bf16_widen__scalar, lamina_bf16_widen__neon,
  lamina_bf16_widen__avx2, lamina_bf16_widen__avx512, lamina_bf16_widen__avx512bf16;

/// Rounds from float32.
typedef void lamina_bf16_narrow_function(
  const float *_Nonnull x, uint16_t *_Nonnull y, size_t count);

lamina_bf16_narrow_function lamina_bf16_narrow__scalar, lamina_bf16_narrow__neon,
  lamina_bf16_narrow__avx2, lamina_bf16_narrow__avx512, lamina_bf16_narrow__avx512bf16;

#endif

#ifndef LAMINA_SMALL_H
#define LAMINA_SMALL_H

#include "lamina_f32.h"

/// How weights are stored that products widen to float32 as they read them.
typedef enum lamina_small_store : int32_t {
  /// 16-bit floats.
  lamina_small_half,
  /// Signed bytes, and one scale a column.
  lamina_small_byte,
  /// Signed 4-bit codes, and for each tap one scale a column and `lamina_small_block` elements.
  lamina_small_nibble,
} lamina_small_store;

enum {
  /// Elements of a run that share a scale, where codes have 4 bits.
  lamina_small_block = 32,
  /// Codes of 4 bits in a word: those of neighbouring elements of a run, the first lowest.
  lamina_small_word = 8,
  /// The most rows that meet codes of 4 bits; for more, weights are widened before.
  lamina_small_rows = 4,
};

/// Bytes of a panel of `width` columns: float32 biases, then scales and weights, row by row.
size_t lamina_small_panel_bytes(
  lamina_small_store store, size_t taps, size_t depth, size_t width);

/// Bytes that `lamina_small_pack` writes.
size_t lamina_small_packed_bytes(
  lamina_small_store store, size_t taps, size_t depth, size_t columns, size_t lanes,
  size_t vectors);

/// Packs weights in panels of `lanes · vectors` columns.
///
/// `weights->data` are 16-bit floats, or codes of one byte each; neither need be aligned. `scales`
/// say where the scales of codes are: of bytes one tap of one element, of 4-bit codes as many taps
/// as weights, and an element for each block. A null bias is zero.
void lamina_small_pack(
  lamina_small_store store, const lamina_weights *_Nonnull weights,
  const lamina_weights *_Nullable scales, const float *_Nullable bias, size_t lanes,
  size_t vectors, void *_Nonnull panels);

/// Like `lamina_f32_product_function`, with panels of 16-bit floats.
lamina_f32_product_function lamina_f32_half_product_4x4__scalar, lamina_f32_half_product_8x12__neon,
  lamina_f32_half_product_6x16__avx2, lamina_f32_half_product_14x32__avx512;

/// Like `lamina_f32_product_function`, with panels of bytes.
lamina_f32_product_function lamina_f32_byte_product_4x4__scalar, lamina_f32_byte_product_8x12__neon,
  lamina_f32_byte_product_6x16__avx2, lamina_f32_byte_product_14x32__avx512;

/// Bytes of working memory, beside that of other products, for panels of 4-bit codes and more rows
/// than `lamina_small_rows`.
size_t lamina_nibble_scratch(
  const lamina_f32_product *_Nonnull product, size_t lanes, size_t vectors);

/// Like `lamina_f32_product_function`, with panels of 4-bit codes, and without `gathers`.
///
/// For more rows than `lamina_small_rows`, `scratch` is aligned to 64 bytes and begins with what
/// `lamina_nibble_scratch` says.
lamina_f32_product_function lamina_f32_nibble_product_4x4__scalar,
  lamina_f32_nibble_product_8x12__neon, lamina_f32_nibble_product_6x16__avx2,
  lamina_f32_nibble_product_14x32__avx512;

#endif

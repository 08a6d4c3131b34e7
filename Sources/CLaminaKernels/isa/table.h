// The kernels of one instruction set, and the table that names them.

#include "../shared/pool_window.h"
#include "../f32/math.h"
#include "../f32/unary.h"
#include "../f32/binary.h"
#include "../f32/lines.h"
#include "../f32/element.h"
#include "../shared/product.h"
#include "../shared/depthwise.h"
#include "../shared/pool.h"
#include "../f32/nibble_product.h"
#include "../f32/half_weights.h"
#include "../shared/product.h"
#include "../f32/byte_weights.h"
#include "../shared/product.h"
#include "../f32/winograd.h"
#include "../f32/half.h"
#define TRANSPOSED(stem) x32_##stem
#define TRANSPOSED_ELEMENT uint32_t
#define TRANSPOSED_KERNEL LAMINA_KERNEL(x32_transpose)
#include "../shared/transpose.h"
#define TRANSPOSED(stem) x8_##stem
#define TRANSPOSED_ELEMENT uint8_t
#define TRANSPOSED_KERNEL LAMINA_KERNEL(x8_transpose)
#include "../shared/transpose.h"
#include "../shared/mix.h"
#include "../shared/search.h"
#include "../bf16/element.h"
#include "../bf16/lines.h"
#include "../shared/product.h"
#ifndef LAMINA_BRAIN_IMAGES
#define LAMINA_BRAIN_IMAGES(stem) LAMINA_KERNEL(stem)
#include "../shared/depthwise.h"
#include "../shared/pool.h"
#endif
#include "../i8/product.h"
#include "../i8/image.h"
#if DOT_GROUP == 4
#include "../i8/depthwise_dot.h"
#else
#include "../i8/depthwise.h"
#endif
#include "../i8/pool.h"
#include "../i8/elementwise.h"
#include "../i8/softmax.h"
#include "../roof/roof.h"

const lamina_kernels LAMINA_KERNEL(kernels) = {
  .name = LAMINA_NAME,
  .lanes = LANES,
  .tile_vectors = TILE_VECTORS,
  .tile_rows = TILE_ROWS,
  .dot_group = DOT_GROUP,
  .roof_chains = ROOF_CHAINS,
  .f32_product = LAMINA_TILE(f32_product),
  .f32_half_product = LAMINA_TILE(f32_half_product),
  .f32_byte_product = LAMINA_TILE(f32_byte_product),
  .f32_nibble_product = LAMINA_TILE(f32_nibble_product),
  .f32_winograd = LAMINA_KERNEL(f32_winograd),
  .f32_winograd_pack = LAMINA_KERNEL(f32_winograd_pack),
  .f32_depthwise = LAMINA_KERNEL(f32_depthwise),
  .f32_pool = LAMINA_KERNEL(f32_pool),
  .f32_unary = LAMINA_KERNEL(f32_unary),
  .f32_binary = LAMINA_KERNEL(f32_binary),
  .f32_scale_shift = LAMINA_KERNEL(f32_scale_shift),
  .f32_softmax = LAMINA_KERNEL(f32_softmax),
  .f32_reduce = LAMINA_KERNEL(f32_reduce),
  .f32_normalize = LAMINA_KERNEL(f32_normalize),
  .f32_mix = LAMINA_KERNEL(f32_mix),
  .f32_from_half = LAMINA_KERNEL(f32_from_half),
  .f32_to_half = LAMINA_KERNEL(f32_to_half),
  .bf16_product = LAMINA_TILE(bf16_product),
  .bf16_depthwise = LAMINA_BRAIN_IMAGES(bf16_depthwise),
  .bf16_pool = LAMINA_BRAIN_IMAGES(bf16_pool),
  .bf16_unary = LAMINA_KERNEL(bf16_unary),
  .bf16_binary = LAMINA_KERNEL(bf16_binary),
  .bf16_widen = LAMINA_KERNEL(bf16_widen),
  .bf16_narrow = LAMINA_KERNEL(bf16_narrow),
  .x32_transpose = LAMINA_KERNEL(x32_transpose),
  .x8_transpose = LAMINA_KERNEL(x8_transpose),
  .f32_mix_pixels = LAMINA_KERNEL(f32_mix_pixels),
  .f32_mix_lines = LAMINA_KERNEL(f32_mix_lines),
  .x8_mix_pixels = LAMINA_KERNEL(x8_mix_pixels),
  .x8_mix_lines = LAMINA_KERNEL(x8_mix_lines),
  .x32_search = LAMINA_KERNEL(x32_search),
  .x8_search = LAMINA_KERNEL(x8_search),
  .i8_product = LAMINA_TILE(i8_product),
  .i8_image = LAMINA_TILE(i8_image),
  .i8_depthwise = LAMINA_KERNEL(i8_depthwise),
  .i8_pool = LAMINA_KERNEL(i8_pool),
  .i8_binary = LAMINA_KERNEL(i8_binary),
  .i8_softmax = LAMINA_KERNEL(i8_softmax),
  .i8_quantize = LAMINA_KERNEL(i8_quantize),
  .i8_dequantize = LAMINA_KERNEL(i8_dequantize),
  .f32_roof = LAMINA_KERNEL(f32_roof),
  .bf16_roof = LAMINA_KERNEL(bf16_roof),
  .i8_roof = LAMINA_KERNEL(i8_roof),
  .x32_roof = LAMINA_KERNEL(x32_roof),
};

#ifndef LAMINA_CPU_H
#define LAMINA_CPU_H

#include "lamina_bf16.h"
#include "lamina_f32.h"
#include "lamina_i8.h"
#include "lamina_mix.h"
#include "lamina_roof.h"
#include "lamina_search.h"
#include "lamina_small.h"
#include "lamina_winograd.h"

/// The kernels of one instruction set and the shape of their tiles.
typedef struct lamina_kernels {
  const char *_Nonnull name;
  /// Lanes of a vector, vectors and rows of a product's tile, weights of a byte dot product.
  size_t lanes, tile_vectors, tile_rows, dot_group;
  /// Vector multiply-adds of a round of a roof function.
  size_t roof_chains;
  lamina_f32_product_function *_Nonnull f32_product;
  lamina_f32_product_function *_Nonnull f32_half_product;
  lamina_f32_product_function *_Nonnull f32_byte_product;
  lamina_f32_product_function *_Nonnull f32_nibble_product;
  lamina_f32_winograd_function *_Nonnull f32_winograd;
  lamina_f32_winograd_pack_function *_Nonnull f32_winograd_pack;
  lamina_f32_depthwise_function *_Nonnull f32_depthwise;
  lamina_f32_pool_function *_Nonnull f32_pool;
  lamina_f32_unary_function *_Nonnull f32_unary;
  lamina_f32_binary_function *_Nonnull f32_binary;
  lamina_f32_scale_shift_function *_Nonnull f32_scale_shift;
  lamina_f32_softmax_function *_Nonnull f32_softmax;
  lamina_f32_reduce_function *_Nonnull f32_reduce;
  lamina_f32_normalize_function *_Nonnull f32_normalize;
  lamina_f32_mix_function *_Nonnull f32_mix;
  lamina_f32_from_half_function *_Nonnull f32_from_half;
  lamina_f32_to_half_function *_Nonnull f32_to_half;
  lamina_bf16_product_function *_Nonnull bf16_product;
  lamina_bf16_depthwise_function *_Nonnull bf16_depthwise;
  lamina_bf16_pool_function *_Nonnull bf16_pool;
  lamina_bf16_unary_function *_Nonnull bf16_unary;
  lamina_bf16_binary_function *_Nonnull bf16_binary;
  lamina_bf16_widen_function *_Nonnull bf16_widen;
  lamina_bf16_narrow_function *_Nonnull bf16_narrow;
  lamina_x32_transpose_function *_Nonnull x32_transpose;
  lamina_x8_transpose_function *_Nonnull x8_transpose;
  lamina_f32_mix_pixels_function *_Nonnull f32_mix_pixels;
  lamina_f32_mix_lines_function *_Nonnull f32_mix_lines;
  lamina_x8_mix_pixels_function *_Nonnull x8_mix_pixels;
  lamina_x8_mix_lines_function *_Nonnull x8_mix_lines;
  lamina_search_function *_Nonnull x32_search;
  lamina_search_function *_Nonnull x8_search;
  lamina_i8_product_function *_Nonnull i8_product;
  lamina_i8_product_function *_Nonnull i8_image;
  lamina_i8_depthwise_function *_Nonnull i8_depthwise;
  lamina_i8_pool_function *_Nonnull i8_pool;
  lamina_i8_binary_function *_Nonnull i8_binary;
  lamina_i8_softmax_function *_Nonnull i8_softmax;
  lamina_i8_quantize_function *_Nonnull i8_quantize;
  lamina_i8_dequantize_function *_Nonnull i8_dequantize;
  lamina_roof_function *_Nonnull f32_roof, *_Nonnull bf16_roof, *_Nonnull i8_roof;
  lamina_read_roof_function *_Nonnull x32_roof;
} lamina_kernels;

/// Any machine.
extern const lamina_kernels lamina_kernels__scalar;
#if defined(__aarch64__)
/// Any 64-bit ARM.
extern const lamina_kernels lamina_kernels__neon;
#endif
#if defined(__x86_64__)
/// x86-64 with AVX2, FMA, F16C, BMI1 and BMI2.
extern const lamina_kernels lamina_kernels__avx2;
/// x86-64 with AVX-512 F, BW, DQ, VL and VNNI besides.
extern const lamina_kernels lamina_kernels__avx512;
#endif

/// What this processor and operating system can run, as bits.
enum {
  lamina_cpu_avx2 = 1,
  lamina_cpu_avx512 = 2,
  /// AVX-512 that multiplies bfloat16.
  lamina_cpu_avx512bf16 = 4,
  lamina_cpu_neon = 8,
};

/// Asks the processor.
uint32_t lamina_cpu_features(void);

#endif

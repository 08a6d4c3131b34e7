#ifndef LAMINA_ROOF_H
#define LAMINA_ROOF_H

#include <stddef.h>

// Loops that show what a core can do at most. Their results mean nothing and are returned so that
// the work is done.

/// `rounds` × `roof_chains` vector multiply-adds that depend on few others: of floats, or of
/// bytes, each lane with `dot group` of them, or of pairs of bfloat16.
typedef double lamina_roof_function(size_t rounds);

lamina_roof_function lamina_f32_roof__scalar, lamina_f32_roof__neon, lamina_f32_roof__avx2,
  lamina_f32_roof__avx512;
lamina_roof_function lamina_bf16_roof__scalar, lamina_bf16_roof__neon, lamina_bf16_roof__avx2,
  lamina_bf16_roof__avx512, lamina_bf16_roof__avx512bf16;
lamina_roof_function lamina_i8_roof__scalar, lamina_i8_roof__neon, lamina_i8_roof__avx2,
  lamina_i8_roof__avx512;

/// Reads `count` floats once.
typedef double lamina_read_roof_function(const float *_Nonnull x, size_t count);

lamina_read_roof_function lamina_x32_roof__scalar, lamina_x32_roof__neon, lamina_x32_roof__avx2,
  lamina_x32_roof__avx512;

#endif

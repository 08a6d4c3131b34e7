// The kernels of bfloat16 for processors that multiply it; all others are those of AVX-512.

#if defined(__x86_64__)
#define LAMINA_MULTIPLIES_BRAIN
#include "../include/lamina_cpu.h"
#include "avx512.h"

#undef LAMINA_KERNEL
#undef LAMINA_TILE
#define LAMINA_KERNEL(stem) lamina_##stem##__avx512bf16
#define LAMINA_TILE(stem) lamina_##stem##_14x32__avx512bf16
#define lamina_f32_unary__avx512bf16 lamina_f32_unary__avx512
#define lamina_f32_binary__avx512bf16 lamina_f32_binary__avx512

#include "../bf16/element.h"
#include "../bf16/lines.h"
#include "../shared/pool_window.h"
#include "../shared/product.h"
#include "../shared/depthwise.h"
#include "../shared/pool.h"
#include "../roof/pairs.h"
#else
typedef int lamina_no_avx512bf16;
#endif

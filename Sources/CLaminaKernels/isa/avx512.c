// The kernels of AVX-512.

#if defined(__x86_64__)
#include "../include/lamina_cpu.h"
#include "avx512.h"
// Without products of bfloat16, its images gain little by wider vectors: they are left to AVX2.
#define LAMINA_BRAIN_IMAGES(stem) lamina_##stem##__avx2
#include "table.h"
#else
typedef int lamina_no_avx512;
#endif

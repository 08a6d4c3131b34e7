// The kernels of AVX-512.

#if defined(__x86_64__)
#include "../include/lamina_cpu.h"
#include "avx512.h"
#include "table.h"
#else
typedef int lamina_no_avx512;
#endif

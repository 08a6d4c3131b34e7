// The kernels of AVX2.

#if defined(__x86_64__)
#include "../include/lamina_cpu.h"
#include "avx2.h"
#include "table.h"
#else
typedef int lamina_no_avx2;
#endif

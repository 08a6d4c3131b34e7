// The kernels of NEON.

#if defined(__aarch64__)
#include "../include/lamina_cpu.h"
#include "neon.h"
#include "table.h"
#else
typedef int lamina_no_neon;
#endif

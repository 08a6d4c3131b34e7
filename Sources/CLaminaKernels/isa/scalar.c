// The kernels in plain C.

#include "../include/lamina_cpu.h"
#include "scalar.h"
#include "table.h"

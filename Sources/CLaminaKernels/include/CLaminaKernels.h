#ifndef CLAMINA_KERNELS_H
#define CLAMINA_KERNELS_H

#include "lamina_cpu.h"
#include "lamina_f32.h"
#include "lamina_i8.h"
#include "lamina_mix.h"
#include "lamina_roof.h"
#include "lamina_search.h"
#include "lamina_small.h"
#include "lamina_window.h"
#include "lamina_winograd.h"

#endif

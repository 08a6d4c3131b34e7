// Memory that tells when a kernel reads or writes around it.

#ifndef LAMINA_TESTS_GUARD_H
#define LAMINA_TESTS_GUARD_H

#include "compare.h"

/// Memory whose end, rounded up to the alignment, is the end of the last page that may be touched.
void *guarded_memory(size_t bytes, size_t alignment);
/// Gives back the memory of a case.
void give_back_memory(void);
/// Lets the program name the case in which it ends early.
void name_crashes(void);

/// The case that runs.
const char *case_name(void);
/// Runs all cases with a set; returns how many results differ from those of the plain kernels.
size_t compare_set(const lamina_kernels *set);

#endif

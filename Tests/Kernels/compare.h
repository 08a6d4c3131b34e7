// What the comparison of an instruction set's kernels with the plain ones is written in.
//
// A case makes its operands once, lets both sets compute, and expects the same result. All memory
// ends where memory begins that may not be touched, so reading or writing beyond an end is a crash;
// results have gaps between their rows, and are compared with them.

#ifndef LAMINA_TESTS_COMPARE_H
#define LAMINA_TESTS_COMPARE_H

#include "../../Sources/CLaminaKernels/include/CLaminaKernels.h"

/// The plain kernels and those that are compared with them.
extern const lamina_kernels *const sets[2];

/// Names the case that follows, and gives back the memory of the one before.
__attribute__((format(printf, 1, 2))) void begin(const char *format, ...);

/// From 0 to `bound` − 1.
uint32_t random_below(uint32_t bound);
float random_between(float low, float high);

/// Memory of random bytes, as much as is asked for and rounded up to the alignment.
void *memory(size_t bytes, size_t alignment);
float *floats(size_t count, float low, float high);
/// Floats for a result, the same every time.
float *blank_floats(size_t count);
uint8_t *blank_bytes(size_t count);
/// Zeros, aligned to 64 bytes.
void *zeros(size_t bytes);

/// Both results are the same NaN or infinity, or as near as `share` of their size or `distance`.
void expect_floats(float *const y[2], size_t count, float share, float distance);
void expect_bytes(uint8_t *const y[2], size_t count);
void expect(bool holds, const char *what);

/// Windows of many kinds: steps, dilation, padding, crops, and windows without a pixel.
enum { window_count = 11 };
lamina_window window_at(size_t index, size_t pixel_bytes);
/// Output pixels of two images.
size_t pixel_count(const lamina_window *window);
/// Elements of two images whose last pixel has no gap behind it.
size_t image_count(const lamina_window *window, size_t pixel, size_t channels);
size_t panel_count(const lamina_kernels *set, size_t columns);

void compare_elements(void);
void compare_lines(void);
void compare_products(void);
void compare_images(void);
void compare_brains(void);
void compare_bytes(void);
void compare_byte_products(void);

#endif

// What the comparison of an instruction set's kernels with the plain ones is written in.
//
// A case makes its operands once, lets both sets compute, and expects the same result. All memory
// is as large as the contract says to the byte, and what lies around it may not be touched: pages
// without access, and the rest of its own pages where the address sanitizer watches. Results have
// gaps between their rows, and are compared with them.

#ifndef LAMINA_TESTS_COMPARE_H
#define LAMINA_TESTS_COMPARE_H

#include "../../Sources/CLaminaKernels/include/CLaminaKernels.h"

/// The plain kernels and those that are compared with them.
extern const lamina_kernels *sets[2];

/// Names the case that follows, and gives back the memory of the one before.
__attribute__((format(printf, 1, 2))) void begin(const char *format, ...);

/// From 0 to `bound` − 1.
uint32_t random_below(uint32_t bound);
float random_between(float low, float high);

/// Memory of random bytes. Its address is a multiple of the alignment and of nothing more where the
/// number of bytes allows it.
void *memory(size_t bytes, size_t alignment);
float *floats(size_t count, float low, float high);
/// Floats for a result, the same every time.
float *blank_floats(size_t count);
uint8_t *blank_bytes(size_t count);
void *zeros(size_t bytes, size_t alignment);

/// What the numbers of a case are like.
typedef struct numbers {
  /// The size of one factor, and of the other.
  float left, right;
  /// The size of their products, of what is added to them, and of bounds.
  float both;
  /// What one number is that is not finite; 0 where all are.
  float special;
} numbers;

/// Mostly numbers near 1, and some that are huge, tiny, or have one among them that is not finite.
numbers random_numbers(void);
/// Floats between −`size` and `size`, with one that is not finite if there is to be one.
float *numbered_floats(size_t count, float size, float special);

/// Both results are the same NaN or infinity, or as near as `share` of their size or `distance`.
void expect_floats(float *const y[2], size_t count, float share, float distance);
void expect_bytes(uint8_t *const y[2], size_t count);
void expect(bool holds, const char *what);

/// Windows of many kinds: steps, dilation, padding, crops, and windows without a pixel.
enum { window_count = 14 };
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
void compare_small_weights(void);
void compare_bytes(void);
void compare_byte_products(void);
void compare_byte_lines(void);

#endif

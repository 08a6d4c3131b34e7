// Memory, numbers, windows and expectations of the comparison of kernels.

#include "compare.h"
#include "guard.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/// The seed of a set's cases, so that each can be repeated alone.
#define SEED 0x9e3779b97f4a7c15
static uint64_t state = SEED;
static size_t case_count, failure_count;
static char name[256];

const char *case_name(void) { return name; }

void begin(const char *format, ...) {
  give_back_memory();
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(name, sizeof name, format, arguments);
  va_end(arguments);
  case_count++;
}

uint32_t random_below(uint32_t bound) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return (uint32_t)((state >> 32) * bound >> 32);
}

float random_between(float low, float high) {
  return low + (high - low) * (float)random_below(1 << 24) * 0x1p-24f;
}

void *memory(size_t bytes, size_t alignment) {
  uint8_t *first = guarded_memory(bytes, alignment);
  for (size_t i = 0; i < bytes; i++) first[i] = (uint8_t)random_below(256);
  return first;
}

float *floats(size_t count, float low, float high) {
  float *x = memory(count * sizeof *x, sizeof *x);
  for (size_t i = 0; i < count; i++) x[i] = random_between(low, high);
  return x;
}

float *blank_floats(size_t count) {
  float *y = memory(count * sizeof *y, sizeof *y);
  for (size_t i = 0; i < count; i++) y[i] = -12345;
  return y;
}

uint8_t *blank_bytes(size_t count) { return memset(memory(count, 1), 0x5a, count); }

void *zeros(size_t bytes, size_t alignment) {
  return memset(memory(bytes, alignment), 0, bytes);
}

numbers random_numbers(void) {
  static const numbers kinds[] = {
    {1, 1, 1, 0},
    {1, 1, 1, 0},
    {1, 1, 1, NAN},
    {1, 1, 1, INFINITY},
    {1, 1, 1, -INFINITY},
    {0x1p50f, 0x1p50f, 0x1p100f, 0},
    {0x1p-70f, 0x1p90f, 0x1p20f, 0},
    {0x1p-60f, 0x1p-64f, 0x1p-124f, 0},
  };
  return kinds[random_below(sizeof kinds / sizeof kinds[0])];
}

float *numbered_floats(size_t count, float size, float special) {
  float *x = floats(count, -size, size);
  if (special != 0 && count) x[random_below((uint32_t)count)] = special;
  return x;
}

void expect(bool holds, const char *what) {
  if (holds) return;
  failure_count++;
  if (failure_count <= 50) printf("%s: %s\n", name, what);
}

void expect_floats(float *const y[2], size_t count, float share, float distance) {
  char what[128];
  for (size_t i = 0; i < count; i++) {
    const float a = y[0][i], b = y[1][i];
    bool same = isnan(a) || isnan(b) ? isnan(a) && isnan(b) : a == b;
    if (isfinite(a) && isfinite(b)) same |= fabsf(a - b) <= share * fabsf(a) + distance;
    if (same) continue;
    snprintf(what, sizeof what, "element %zu of %zu is %.9g and not %.9g", i, count, b, a);
    return expect(false, what);
  }
}

void expect_bytes(uint8_t *const y[2], size_t count) {
  char what[128];
  for (size_t i = 0; i < count; i++) {
    if (y[0][i] == y[1][i]) continue;
    snprintf(what, sizeof what, "byte %zu of %zu is %d and not %d", i, count, y[1][i], y[0][i]);
    return expect(false, what);
  }
}

/// Height and width of image and kernel, steps, dilation, padding on top, left, below and right.
static const int windows[window_count][12] = {
  {1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0},   {7, 9, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0},
  {7, 9, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1},   {9, 11, 3, 3, 2, 2, 1, 1, 0, 0, 1, 1},
  {9, 10, 5, 5, 1, 1, 1, 1, 2, 2, 2, 2},  {11, 12, 5, 5, 2, 2, 1, 1, 1, 2, 2, 1},
  {8, 13, 3, 2, 1, 3, 2, 3, 2, 1, 0, 3},  {6, 5, 1, 4, 1, 1, 1, 1, 0, 3, 0, 3},
  {4, 4, 7, 7, 1, 1, 1, 1, 3, 3, 3, 3},   {3, 4, 2, 2, 1, 1, 1, 1, 3, 3, 2, 2},
  {8, 9, 3, 3, 1, 1, 1, 1, -1, -2, 0, 0}, {9, 8, 3, 3, 1, 1, 2, 2, 2, 1, 1, 3},
  {5, 1, 3, 3, 1, 2, 1, 1, 1, 1, 1, 2},   {9, 10, 5, 5, 2, 1, 1, 2, 3, 4, 0, 1},
};

lamina_window window_at(size_t index, size_t pixel_bytes) {
  const int *n = windows[index];
  const int height = n[0] + n[8] + n[10] - (n[2] - 1) * n[6] - 1;
  const int width = n[1] + n[9] + n[11] - (n[3] - 1) * n[7] - 1;
  return (lamina_window){
    .height = (size_t)n[0], .width = (size_t)n[1], .out_height = (size_t)(height / n[4] + 1),
    .out_width = (size_t)(width / n[5] + 1), .kernel_height = (size_t)n[2],
    .kernel_width = (size_t)n[3], .stride_y = (size_t)n[4], .stride_x = (size_t)n[5],
    .dilation_y = (size_t)n[6], .dilation_x = (size_t)n[7], .top = n[8], .left = n[9],
    .pixel_bytes = pixel_bytes};
}

size_t pixel_count(const lamina_window *window) {
  return 2 * window->out_height * window->out_width;
}

size_t image_count(const lamina_window *window, size_t pixel, size_t channels) {
  return 2 * window->height * window->width * pixel - (pixel - channels);
}

size_t panel_count(const lamina_kernels *set, size_t columns) {
  const size_t width = set->lanes * set->tile_vectors;
  return (columns + width - 1) / width;
}

size_t compare_set(const lamina_kernels *set) {
  sets[1] = set;
  state = SEED;
  case_count = failure_count = 0;
  compare_elements();
  compare_lines();
  compare_products();
  compare_images();
  compare_small_weights();
  compare_brains();
  compare_bytes();
  compare_byte_products();
  compare_byte_lines();
  printf("%s: %zu cases, %zu differences\n", set->name, case_count, failure_count);
  return failure_count;
}

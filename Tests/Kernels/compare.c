// Compares the kernels of an instruction set, which `COMPARED` names, with the plain ones.

#include "compare.h"
#include <math.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

const lamina_kernels *const sets[2] = {&lamina_kernels__scalar, &COMPARED};

/// A case's pages, to be given back.
typedef struct pages {
  void *start;
  size_t bytes;
} pages;

static pages held[256];
static size_t held_count, case_count, failure_count;
static char name[256];

void begin(const char *format, ...) {
  for (; held_count; held_count--) munmap(held[held_count - 1].start, held[held_count - 1].bytes);
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(name, sizeof name, format, arguments);
  va_end(arguments);
  case_count++;
}

uint32_t random_below(uint32_t bound) {
  static uint64_t state = 0x9e3779b97f4a7c15;
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return (uint32_t)((state >> 32) * bound >> 32);
}

float random_between(float low, float high) {
  return low + (high - low) * (float)random_below(1 << 24) * 0x1p-24f;
}

void *memory(size_t bytes, size_t alignment) {
  const size_t page = (size_t)sysconf(_SC_PAGESIZE);
  bytes = (bytes + alignment - 1) / alignment * alignment;
  const size_t inside = (bytes + page - 1) / page * page, all = inside + 2 * page;
  uint8_t *start = mmap(NULL, all, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (start == MAP_FAILED || held_count == sizeof held / sizeof held[0]) abort();
  held[held_count++] = (pages){start, all};
  if (inside) mprotect(start + page, inside, PROT_READ | PROT_WRITE);
  uint8_t *first = start + page + inside - bytes;
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

void *zeros(size_t bytes) { return memset(memory(bytes, 64), 0, bytes); }

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
  {8, 9, 3, 3, 1, 1, 1, 1, -1, -2, 0, 0},
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

static void crash(int number) {
  (void)number;
  static const char what[] = ": touches memory that is not its own\n";
  if (write(1, name, strlen(name)) < 0 || write(1, what, sizeof what - 1) < 0) _exit(2);
  _exit(1);
}

int main(void) {
  signal(SIGSEGV, crash);
  signal(SIGBUS, crash);
  compare_elements();
  compare_lines();
  compare_products();
  compare_images();
  compare_brains();
  compare_bytes();
  compare_byte_products();
  printf("%s: %zu cases, %zu differences\n", sets[1]->name, case_count, failure_count);
  return failure_count ? 1 : 0;
}

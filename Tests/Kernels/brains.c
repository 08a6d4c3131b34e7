// Kernels of bfloat16; results may be neighbours where sums lie near the middle between two.

#include "compare.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static uint16_t brain(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return (uint16_t)(bits >> 16);
}

static uint16_t *brains(size_t count, float low, float high, bool has_nan) {
  uint16_t *x = memory(count * sizeof *x, sizeof *x);
  for (size_t i = 0; i < count; i++) x[i] = brain(random_between(low, high));
  if (has_nan && count) x[random_below((uint32_t)count)] = 0x7fc0;
  return x;
}

static uint16_t *blank_brains(size_t count) {
  uint16_t *y = memory(count * sizeof *y, sizeof *y);
  for (size_t i = 0; i < count; i++) y[i] = 0xc640;
  return y;
}

static float widened(uint16_t x) {
  const uint32_t bits = (uint32_t)x << 16;
  float y;
  memcpy(&y, &bits, sizeof y);
  return y;
}

/// Compares with a distance of so many neighbours, or a small one of sums that cancel each other.
static void expect_brains(uint16_t *const y[2], size_t count, int neighbours, float size) {
  // Processors that multiply bfloat16 take what is below the normal range for zeros.
  const bool flushes = strcmp(sets[1]->name, "avx512bf16") == 0;
  const float distance = 1e-5f * size + (flushes ? 0x1p-118f : 0);
  for (size_t i = 0; i < count; i++) {
    const float a = widened(y[0][i]), b = widened(y[1][i]);
    bool same = isnan(a) ? isnan(b) : a == b;
    same |= (y[0][i] ^ y[1][i]) < 0x8000 && !isnan(a) && abs(y[0][i] - y[1][i]) <= neighbours;
    same |= neighbours > 0 && fabsf(a - b) < distance;
    same |= flushes && fabsf(a) <= 0x1p-126f && b == 0;
    if (!same) return expect(false, "numbers differ");
  }
}

/// Like `numbered_floats`.
static uint16_t *numbered_brains(size_t count, float size, float special) {
  uint16_t *x = brains(count, -size, size, false);
  if (special != 0 && count) x[random_below((uint32_t)count)] = brain(special);
  return x;
}

/// What a product is compared with: a matrix where there is no window.
typedef struct brain_case {
  const lamina_window *window;
  size_t rows, depth, columns;
  bool gathers, adds, activates;
  numbers numbers;
} brain_case;

static uint16_t *multiply(
  const lamina_kernels *set, const brain_case *shape, const lamina_weights *weights,
  const float *bias, const uint16_t *x, const uint16_t *residual) {
  const size_t height = weights->kernel_height, width = weights->kernel_width;
  const bool gathers = shape->window && shape->gathers;
  const float size = shape->numbers.both;
  const size_t packed = lamina_bf16_packed_count(
    height, width, shape->depth, gathers, shape->columns, set->lanes, set->tile_vectors);
  float *panels = floats(packed, 0, 0);
  lamina_bf16_pack(weights, bias, gathers, set->lanes, set->tile_vectors, panels);
  const lamina_f32_product product = {
    .window = shape->window, .gathers = shape->gathers, .taps = height * width,
    .depth = shape->depth, .columns = shape->columns, .panels = panels,
    .zeros = zeros(shape->depth * sizeof(uint16_t), sizeof(uint16_t)), .x_stride = shape->depth + 2,
    .y_stride = shape->columns + 3, .residual_stride = shape->columns + 1,
    .low = shape->activates ? -INFINITY : -2 * size,
    .high = shape->activates ? INFINITY : 3 * size,
    .activation = shape->activates ? lamina_unary_silu : lamina_unary_identity, .alpha = 1};
  size_t pointers = height * width * set->tile_rows, strips = 0;
  if (gathers) {
    pointers = height * set->tile_rows;
    strips = set->tile_rows * height * width * shape->depth;
  }
  void *scratch = memory(pointers * sizeof(void *) + strips * sizeof(uint16_t), 8);
  const size_t row = shape->rows / 3, all = panel_count(set, shape->columns), panel = all / 2;
  uint16_t *y = blank_brains((shape->rows - 1) * product.y_stride + shape->columns);
  set->bf16_product(&product, x, residual, y, scratch, 0, row, 0, panel);
  set->bf16_product(&product, x, residual, y, scratch, row, shape->rows, 0, panel);
  set->bf16_product(&product, x, residual, y, scratch, 0, row, panel, all);
  set->bf16_product(&product, x, residual, y, scratch, row, shape->rows, panel, all);
  return y;
}

static void compare_product(const brain_case *shape) {
  const lamina_window *window = shape->window;
  const size_t height = window ? window->kernel_height : 1;
  const size_t width = window ? window->kernel_width : 1, inner = height * width * shape->depth;
  const size_t count = window
    ? image_count(window, window->pixel_bytes / sizeof(uint16_t), shape->depth)
    : shape->rows * (shape->depth + 2) - 2;
  const numbers numbers = shape->numbers;
  const float size = numbers.both;
  const uint16_t *x = numbered_brains(count, numbers.left, numbers.special);
  const lamina_weights weights = {
    .data = numbered_brains(inner * shape->columns, numbers.right, 0), .kernel_height = height,
    .kernel_width = width, .depth = shape->depth, .columns = shape->columns,
    .y_stride = (ptrdiff_t)(width * shape->depth * shape->columns),
    .x_stride = (ptrdiff_t)(shape->depth * shape->columns),
    .depth_stride = (ptrdiff_t)shape->columns, .column_stride = 1};
  const float *bias = floats(shape->columns, -size, size);
  const size_t added = (shape->rows - 1) * (shape->columns + 1) + shape->columns;
  const uint16_t *residual = shape->adds ? numbered_brains(added, size, 0) : NULL;
  uint16_t *y[2];
  for (size_t s = 0; s < 2; s++) y[s] = multiply(sets[s], shape, &weights, bias, x, residual);
  // An activation is of rounded sums, and may be steep.
  expect_brains(
    y, (shape->rows - 1) * (shape->columns + 3) + shape->columns, shape->activates ? 2 : 1, size);
}

/// Floats that are bfloat16.
static float *widened_brains(size_t count, float size) {
  float *x = floats(count, -size, size);
  for (size_t i = 0; i < count; i++) x[i] = widened(brain(x[i]));
  return x;
}

static void compare_depthwise(size_t index, size_t channels) {
  begin("bf16_depthwise of window %zu, %zu channels", index, channels);
  const size_t pixel = channels + random_below(2) * 5;
  const lamina_window window = window_at(index, pixel * sizeof(uint16_t));
  const size_t taps = window.kernel_height * window.kernel_width, rows = 2 * window.out_height;
  const numbers numbers = random_numbers();
  const float size = numbers.both;
  const lamina_f32_depthwise depthwise = {
    .window = &window, .channels = channels,
    .weights = widened_brains(taps * channels, numbers.right),
    .bias = floats(channels, -size, size),
    .zeros = zeros(channels * sizeof(uint16_t), sizeof(uint16_t)),
    .y_stride = channels + 1, .low = -2 * size, .high = 3 * size,
    .activation = random_below(2) ? lamina_unary_sigmoid : lamina_unary_identity};
  const size_t results = pixel_count(&window) * (channels + 1) - 1;
  const uint16_t *x =
    numbered_brains(image_count(&window, pixel, channels), numbers.left, numbers.special);
  uint16_t *y[2];
  for (size_t s = 0; s < 2; s++) {
    y[s] = blank_brains(results);
    void *scratch = memory(lamina_depthwise_scratch(&window, sets[s]->lanes, 2), 64);
    sets[s]->bf16_depthwise(&depthwise, x, y[s], scratch, 0, rows / 2);
    sets[s]->bf16_depthwise(&depthwise, x, y[s], scratch, rows / 2, rows);
  }
  expect_brains(y, results, 2, size);
}

static void compare_pool(size_t index, size_t channels, bool maximum) {
  begin("bf16_pool of window %zu, %zu channels, maximum %d", index, channels, maximum);
  const lamina_window window = window_at(index, (channels + 3) * sizeof(uint16_t));
  const lamina_pooling pooling = {
    .window = &window, .channels = channels, .y_stride = channels + 2, .takes_maximum = maximum,
    .counts_padding = random_below(2), .low = -0.5f, .high = INFINITY};
  const size_t pixels = pixel_count(&window);
  const uint16_t *x = brains(image_count(&window, channels + 3, channels), -1, 1, true);
  uint16_t *y[2];
  for (size_t s = 0; s < 2; s++) {
    y[s] = blank_brains(pixels * (channels + 2) - 2);
    sets[s]->bf16_pool(&pooling, x, y[s], 0, pixels / 3);
    sets[s]->bf16_pool(&pooling, x, y[s], pixels / 3, pixels);
  }
  expect_brains(y, pixels * (channels + 2) - 2, maximum ? 0 : 1, 1);
}

static void compare_conversions(void) {
  begin("all of bfloat16, and floats between");
  uint16_t *x = memory(65536 * 2, 2), *back[2];
  float *y[2], *between = floats(4 * 65536, 0, 0);
  for (uint32_t i = 0; i < 4 * 65536; i++) {
    static const uint32_t rests[] = {0, 0x7fff, 0x8000, 0x8001};
    const uint32_t bits = i / 4 << 16 | rests[i % 4];
    memcpy(between + i, &bits, sizeof bits);
    x[i / 4] = (uint16_t)(i / 4);
  }
  for (size_t s = 0; s < 2; s++) {
    y[s] = blank_floats(65536);
    sets[s]->bf16_widen(x, y[s], 65536);
    back[s] = blank_brains(4 * 65536);
    sets[s]->bf16_narrow(between, back[s], 4 * 65536);
  }
  expect_floats(y, 65536, 0, 0);
  expect_brains(back, 4 * 65536, 0, 1);
}

static void compare_counts(size_t count) {
  begin("bf16_widen, bf16_narrow and bf16_unary of %zu", count);
  const uint16_t *x = brains(count, -4, 4, count > 2);
  const float *from = floats(count, -4, 4);
  float *wide[2];
  uint16_t *narrow[2], *y[2];
  for (size_t s = 0; s < 2; s++) {
    wide[s] = blank_floats(count);
    sets[s]->bf16_widen(x, wide[s], count);
    narrow[s] = blank_brains(count);
    sets[s]->bf16_narrow(from, narrow[s], count);
    y[s] = blank_brains(count);
    sets[s]->bf16_unary(lamina_unary_tanh, x, y[s], count, 0, 0);
  }
  expect_floats(wide, count, 0, 0);
  expect_brains(narrow, count, 0, 1);
  expect_brains(y, count, 1, 1);
  for (size_t steps = 0; steps < 4; steps++) {
    begin("bf16_binary of 3 × %zu, operands that step %zu", count, steps);
    const size_t left = steps & 1, right = steps >> 1;
    const lamina_pairing shape = {
      .outer = 3, .inner = count, .a_outer = left ? count : 1, .a_inner = left,
      .b_outer = right ? count : 0, .b_inner = right, .y_outer = count + 2, .low = -1.5f,
      .high = 2};
    const uint16_t *a = brains(left ? 3 * count : 3, -3, 3, true);
    const uint16_t *b = brains(right ? 3 * count : 1, -3, 3, false);
    for (size_t s = 0; s < 2; s++) {
      y[s] = blank_brains(3 * count + 4);
      sets[s]->bf16_binary(lamina_binary_multiply, &shape, a, b, y[s]);
    }
    expect_brains(y, 3 * count + 4, 0, 1);
  }
}

void compare_brains(void) {
  compare_conversions();
  for (size_t count = 0; count < 40; count++) compare_counts(count);
  compare_counts(1025);
  for (size_t rows = 1; rows < 36; rows += rows < 18 ? 1 : 5) {
    for (size_t depth = 1; depth < 40; depth += depth < 10 ? 1 : 14) {
      for (size_t columns = 1; columns < 40; columns += columns < 14 ? 1 : 5) {
        begin("bf16_product of %zu × %zu × %zu", rows, depth, columns);
        const brain_case shape = {
          .rows = rows, .depth = depth, .columns = columns, .adds = random_below(2),
          .activates = random_below(2), .numbers = random_numbers()};
        compare_product(&shape);
      }
    }
  }
  for (size_t index = 0; index < window_count; index++) {
    for (size_t depth = 1; depth < 40; depth += depth < 10 ? 1 : 7) {
      const lamina_window window = window_at(index, (depth + depth % 2 * 3) * sizeof(uint16_t));
      for (size_t part = 0; part < 4; part++) {
        begin("bf16_product of window %zu, %zu channels, gathers %zu", index, depth, part & 1);
        const brain_case shape = {
          .window = &window, .rows = pixel_count(&window), .depth = depth, .columns = 2 + 9 * part,
          .gathers = part & 1, .adds = random_below(2), .activates = random_below(2),
          .numbers = random_numbers()};
        compare_product(&shape);
      }
      compare_depthwise(index, depth);
      compare_depthwise(index, 1024);
      compare_pool(index, depth, false);
      compare_pool(index, depth, true);
    }
  }
}

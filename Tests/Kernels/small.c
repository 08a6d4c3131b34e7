// Products of float32 with 16-bit floats, bytes and 4-bit codes for weights.

#include "compare.h"
#include <math.h>
#include <string.h>

/// What a product is compared with: a matrix where there is no window.
typedef struct small_case {
  lamina_small_store store;
  const lamina_window *window;
  size_t rows, depth, columns;
  bool gathers, adds, activates;
  numbers numbers;
} small_case;

/// Weights as they are stored, and the scales of those that are codes.
typedef struct small_weights {
  lamina_weights codes, scales;
} small_weights;

static lamina_weights layout(
  const void *data, size_t height, size_t width, size_t depth, size_t columns) {
  return (lamina_weights){
    .data = data, .kernel_height = height, .kernel_width = width, .depth = depth,
    .columns = columns, .y_stride = (ptrdiff_t)(width * depth * columns),
    .x_stride = (ptrdiff_t)(depth * columns), .depth_stride = (ptrdiff_t)columns,
    .column_stride = 1};
}

/// Halves between −1 and 1, at any address as they lie in a file.
static const void *halves(size_t count) {
  uint16_t *x = memory(count * sizeof *x, sizeof *x);
  sets[0]->f32_to_half(floats(count, -1, 1), x, count);
  return memcpy(memory(count * sizeof *x + random_below(2), 1), x, count * sizeof *x);
}

/// Codes of `bits` bits, a byte each.
static const void *codes(size_t count, int32_t bits) {
  int8_t *x = memory(count, 1);
  const int32_t half = 1 << (bits - 1);
  for (size_t i = 0; i < count; i++) {
    x[i] = (int8_t)((int32_t)random_below(2 * (uint32_t)half) - half);
  }
  return x;
}

/// Weights of about the size of the case.
static small_weights weights_of(const small_case *shape) {
  const size_t height = shape->window ? shape->window->kernel_height : 1;
  const size_t width = shape->window ? shape->window->kernel_width : 1;
  const size_t depth = shape->depth, columns = shape->columns;
  const size_t count = height * width * depth * columns;
  const size_t blocks = (depth + lamina_small_block - 1) / lamina_small_block;
  const float size = shape->numbers.right;
  small_weights weights = {0};
  switch (shape->store) {
    case lamina_small_half:
      weights.codes = layout(halves(count), height, width, depth, columns);
      break;
    case lamina_small_byte:
      weights.codes = layout(codes(count, 8), height, width, depth, columns);
      weights.scales = layout(floats(columns, size / 256, size / 128), 1, 1, 1, columns);
      break;
    case lamina_small_nibble:
      weights.codes = layout(codes(count, 4), height, width, depth, columns);
      weights.scales = layout(
        floats(height * width * blocks * columns, size / 16, size / 8), height, width, blocks,
        columns);
      break;
  }
  return weights;
}

/// The kernel for a kind of weights.
static lamina_f32_product_function *product_of(
  const lamina_kernels *set, lamina_small_store store) {
  switch (store) {
    case lamina_small_half: return set->f32_half_product;
    case lamina_small_byte: return set->f32_byte_product;
    case lamina_small_nibble: return set->f32_nibble_product;
  }
  return NULL;
}
static const char *const names[] = {"f32_half_product", "f32_byte_product", "f32_nibble_product"};

/// Multiplies in four parts of the result.
static float *multiply(
  const lamina_kernels *set, const small_case *shape, const small_weights *weights,
  const float *bias, const float *x, const float *residual) {
  const size_t height = weights->codes.kernel_height;
  const size_t taps = height * weights->codes.kernel_width;
  const float size = shape->numbers.both;
  void *panels = memory(
    lamina_small_packed_bytes(
      shape->store, taps, shape->depth, shape->columns, set->lanes, set->tile_vectors), 4);
  lamina_small_pack(
    shape->store, &weights->codes, &weights->scales, bias, set->lanes, set->tile_vectors, panels);
  const lamina_f32_product product = {
    .window = shape->window, .gathers = shape->gathers, .taps = taps, .depth = shape->depth,
    .columns = shape->columns, .panels = panels,
    .zeros = zeros(shape->depth * sizeof(float), sizeof(float)), .x_stride = shape->depth + 2,
    .y_stride = shape->columns + 3, .residual_stride = shape->columns + 1,
    .low = shape->activates ? -INFINITY : -2 * size,
    .high = shape->activates ? INFINITY : 3 * size,
    .activation = shape->activates ? lamina_unary_silu : lamina_unary_identity, .alpha = 1};
  size_t bytes = taps * set->tile_rows * sizeof(void *);
  if (shape->window && shape->gathers) {
    bytes = height * set->tile_rows * sizeof(void *);
    bytes += set->tile_rows * taps * shape->depth * sizeof(float);
  }
  if (shape->store == lamina_small_nibble) {
    bytes += lamina_nibble_scratch(&product, set->lanes, set->tile_vectors);
  }
  void *scratch = memory(bytes, 64);
  const size_t row = shape->rows / 3, all = panel_count(set, shape->columns), panel = all / 2;
  float *y = blank_floats((shape->rows - 1) * product.y_stride + shape->columns);
  lamina_f32_product_function *function = product_of(set, shape->store);
  function(&product, x, residual, y, scratch, 0, row, 0, panel);
  function(&product, x, residual, y, scratch, row, shape->rows, 0, panel);
  function(&product, x, residual, y, scratch, 0, row, panel, all);
  function(&product, x, residual, y, scratch, row, shape->rows, panel, all);
  return y;
}

static void compare_product(small_case shape) {
  const lamina_window *window = shape.window;
  // Halves reach from 2⁻¹⁴ to 2¹⁵, and have no factor that is a float.
  if (shape.store == lamina_small_half) shape.numbers.both = shape.numbers.left;
  const float size = shape.numbers.both;
  const size_t count = window
    ? image_count(window, window->pixel_bytes / sizeof(float), shape.depth)
    : shape.rows * (shape.depth + 2) - 2;
  const float *x = numbered_floats(count, shape.numbers.left, shape.numbers.special);
  const small_weights weights = weights_of(&shape);
  const float *bias = random_below(4) ? floats(shape.columns, -size, size) : NULL;
  const size_t added = (shape.rows - 1) * (shape.columns + 1) + shape.columns;
  const float *residual = shape.adds ? floats(added, -size, size) : NULL;
  float *y[2];
  for (size_t s = 0; s < 2; s++) y[s] = multiply(sets[s], &shape, &weights, bias, x, residual);
  expect_floats(
    y, (shape.rows - 1) * (shape.columns + 3) + shape.columns, 1e-5f, 2e-5f * size);
}

static small_case random_case(lamina_small_store store, size_t depth, size_t columns) {
  return (small_case){
    .store = store, .depth = depth, .columns = columns, .adds = random_below(2),
    .activates = random_below(2), .numbers = random_numbers()};
}

static void compare_matrices(lamina_small_store store, size_t rows) {
  static const size_t depths[] = {1, 2, 7, 8, 9, 31, 32, 33, 70};
  for (size_t i = 0; i < sizeof depths / sizeof depths[0]; i++) {
    for (size_t columns = 1; columns < 40; columns += columns < 9 ? 1 : 4) {
      begin("%s of %zu × %zu × %zu", names[store], rows, depths[i], columns);
      small_case shape = random_case(store, depths[i], columns);
      shape.rows = rows;
      compare_product(shape);
    }
  }
}

static void compare_convolution(
  lamina_small_store store, size_t index, bool gathers, size_t depth, size_t columns) {
  begin(
    "%s of window %zu, %zu to %zu channels, gathers %d", names[store], index, depth, columns,
    gathers);
  const lamina_window window = window_at(index, (depth + random_below(2) * 3) * sizeof(float));
  small_case shape = random_case(store, depth, columns);
  shape.window = &window;
  shape.rows = pixel_count(&window);
  shape.gathers = gathers;
  compare_product(shape);
}

void compare_small_weights(void) {
  for (int32_t i = lamina_small_half; i <= lamina_small_nibble; i++) {
    const lamina_small_store store = (lamina_small_store)i;
    for (size_t rows = 1; rows < 36; rows += rows < 8 ? 1 : 9) compare_matrices(store, rows);
    for (size_t index = 0; index < window_count; index++) {
      for (size_t depth = 1; depth < 36; depth += depth < 4 ? 1 : 15) {
        for (size_t columns = 1; columns < 34; columns += columns < 8 ? 6 : 10) {
          compare_convolution(store, index, false, depth, columns);
          if (store != lamina_small_nibble) compare_convolution(store, index, true, depth, columns);
        }
      }
    }
  }
}

// Kernels over bytes, whose results have to be the same to the last bit.

#include "compare.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/// The range of stored bytes.
static int32_t lowest(bool is_signed) { return is_signed ? -128 : 0; }
static int32_t random_zero(bool is_signed) {
  return (int32_t)random_below(256) + lowest(is_signed);
}

/// Like `expect_bytes`; where `sums` are of two products, which a set rounds once or twice, a result
/// may be the next code.
static void expect_codes(uint8_t *const y[2], size_t count, bool is_signed, bool sums) {
  if (!sums) return expect_bytes(y, count);
  const uint8_t lift = is_signed ? 0x80 : 0;
  for (size_t i = 0; i < count; i++) {
    if (abs((y[0][i] ^ lift) - (y[1][i] ^ lift)) > 1) return expect(false, "codes differ");
  }
}

static void compare_quantized(size_t count, bool is_signed, bool to_even, float scale) {
  begin(
    "i8_quantize of %zu, signed %d, to even %d, scale %g", count, is_signed, to_even, scale);
  float *x = floats(count, -80, 80);
  for (size_t i = 0; i < count; i++) {
    if (i % 3 == 0) x[i] = roundf(x[i]) * 0.25f;
    if (i % 11 == 5) x[i] = i % 2 ? NAN : i % 4 ? INFINITY : -1e30f;
  }
  const int32_t low = lowest(is_signed), zero = random_zero(is_signed);
  uint8_t *y[2];
  float *back[2];
  for (size_t s = 0; s < 2; s++) {
    y[s] = blank_bytes(count);
    sets[s]->i8_quantize(x, y[s], count, scale, zero, low, low + 255, to_even);
    back[s] = blank_floats(count);
    sets[s]->i8_dequantize(y[0], back[s], count, 0.6f * scale, zero, is_signed);
  }
  expect_bytes(y, count);
  expect_floats(back, count, 0, 0);
}

static void compare_byte_pairs(lamina_binary function, size_t count, size_t kind) {
  begin("i8_binary %d of 3 × %zu, kind %zu", function, count, kind);
  const bool a_signed = kind & 1, b_signed = kind >> 1 & 1, to_even = kind >> 2 & 1;
  const size_t left = kind % 5 != 0, right = kind % 7 != 0;
  const int32_t low = lowest(a_signed);
  static const float powers[] = {1, 1, 1, 1, 1, 0x1p-40f};
  const lamina_i8_pairing pairing = {
    .shape = {
      .outer = 3, .inner = count, .a_outer = left ? count : 1, .a_inner = left,
      .b_outer = right ? count : 0, .b_inner = right, .y_outer = count + 2},
    .a_scale = random_between(0.01f, 0.1f) * powers[random_below(6)],
    .b_scale = random_between(0.01f, 0.1f) * powers[random_below(6)],
    .y_scale = random_between(0.01f, 0.1f), .a_zero = random_zero(a_signed),
    .b_zero = random_zero(b_signed), .y_zero = random_zero(a_signed), .y_low = low,
    .y_high = low + 200, .a_signed = a_signed, .b_signed = b_signed, .rounds_to_even = to_even};
  const uint8_t *a = memory(left ? 3 * count : 3, 1), *b = memory(right ? 3 * count : 1, 1);
  uint8_t *y[2];
  for (size_t s = 0; s < 2; s++) {
    y[s] = blank_bytes(3 * count + 4);
    sets[s]->i8_binary(function, &pairing, a, b, y[s]);
  }
  const bool sums = function == lamina_binary_add || function == lamina_binary_subtract;
  expect_codes(y, 3 * count + 4, a_signed, sums);
}

static void compare_byte_pool(size_t index, size_t channels, bool maximum, bool is_signed) {
  begin(
    "i8_pool of window %zu, %zu channels, maximum %d, signed %d", index, channels, maximum,
    is_signed);
  const size_t pixel = channels + random_below(2) * 3;
  const lamina_window window = window_at(index, pixel);
  const int32_t low = lowest(is_signed), zero = random_zero(is_signed);
  const lamina_pooling pooling = {
    .window = &window, .channels = channels, .y_stride = channels + 1, .takes_maximum = maximum,
    .counts_padding = random_below(2), .x_zero = zero,
    .y_zero = maximum ? zero : random_zero(is_signed),
    .ratio = maximum ? 1 : random_between(0.5f, 2), .y_low = low, .y_high = low + 255,
    .is_signed = is_signed};
  const size_t pixels = pixel_count(&window), results = pixels * (channels + 1) - 1;
  const uint8_t *x = memory(image_count(&window, pixel, channels), 1);
  uint8_t *y[2];
  for (size_t s = 0; s < 2; s++) {
    y[s] = blank_bytes(results);
    sets[s]->i8_pool(&pooling, x, y[s], 0, pixels / 3);
    sets[s]->i8_pool(&pooling, x, y[s], pixels / 3, pixels);
  }
  expect_bytes(y, results);
}

void compare_bytes(void) {
  for (size_t count = 0; count < 80; count += count < 20 ? 1 : 13) {
    for (size_t kind = 0; kind < 4; kind++) {
      compare_quantized(count, kind & 1, kind >> 1, 0.5f);
      compare_quantized(count, kind & 1, kind >> 1, count % 2 ? 1e30f : 1e-30f);
    }
    for (int32_t f = lamina_binary_add; f < lamina_binary_power; f++) {
      for (size_t kind = 0; kind < 16; kind++) compare_byte_pairs((lamina_binary)f, count, kind);
    }
  }
  for (size_t index = 0; index < window_count; index++) {
    for (size_t channels = 1; channels < 40; channels += channels < 10 ? 1 : 7) {
      for (size_t kind = 0; kind < 4; kind++) {
        compare_byte_pool(index, channels, kind & 1, kind >> 1);
      }
    }
  }
}

/// Numbers of columns: multipliers of all sizes that shift to the left, to the right, and far.
/// Numbers of columns; with `fits`, scaled sums stay below 2²².
static lamina_i8_columns random_columns(size_t count, bool has_zeros, bool fits) {
  int32_t *bias = memory(count * 4, 4), *zero = memory(count * 4, 4);
  float *multiplier = floats(count, 0.5f, 1);
  static const float powers[] = {0x1p-10f, 0x1p-12f, 0x1p-13f, 0x1p-8f, 0x1p-40f, 1, 4};
  for (size_t j = 0; j < count; j++) {
    bias[j] = (int32_t)random_below(1 << 21) - (1 << 20);
    if (!fits && random_below(5) == 0) bias[j] = (int32_t)random_below(UINT32_MAX);
    zero[j] = has_zeros ? (int32_t)random_below(256) - 128 : 0;
    multiplier[j] *= powers[random_below(sizeof powers / sizeof powers[0] - (fits ? 2 : 0))];
  }
  return (lamina_i8_columns){.bias = bias, .multiplier = multiplier, .zero = zero};
}

/// What a product of bytes is: a matrix where there is no window, lines copied where `copies`.
typedef struct byte_product_case {
  const lamina_window *window;
  size_t rows, depth, columns;
  bool copies, is_signed, has_zeros, fits, ends, adds;
} byte_product_case;

static uint8_t *multiply_bytes(
  const lamina_kernels *set, const byte_product_case *shape, lamina_i8_product product,
  const lamina_weights *weights, const lamina_i8_columns *columns, const uint8_t *x) {
  const bool copies = shape->copies;
  const lamina_merge merge = set->dot_group == 2 || !copies ? lamina_merge_all : lamina_merge_lines;
  int8_t *panels = memory(
    lamina_i8_packed_count(weights, merge, set->lanes, set->tile_vectors, set->dot_group), 4);
  lamina_i8_pack(
    weights, columns, merge, set->lanes, set->tile_vectors, set->dot_group, panels);
  product.panels = panels;
  lamina_i8_product_function *function = copies ? set->i8_image : set->i8_product;
  void *scratch = memory(
    copies ? lamina_i8_image_scratch(&product, set->tile_rows, set->dot_group)
           : lamina_i8_scratch(&product, set->tile_rows, set->dot_group), 64);
  const size_t row = shape->rows / 3, all = panel_count(set, shape->columns), panel = all / 2;
  uint8_t *y = blank_bytes((shape->rows - 1) * product.y_stride + shape->columns);
  function(&product, x, y, scratch, 0, row, 0, panel);
  function(&product, x, y, scratch, row, shape->rows, 0, panel);
  function(&product, x, y, scratch, 0, row, panel, all);
  function(&product, x, y, scratch, row, shape->rows, panel, all);
  return y;
}

static void compare_byte_product(const byte_product_case *shape) {
  const lamina_window *window = shape->window;
  const size_t height = window ? window->kernel_height : 1;
  const size_t width = window ? window->kernel_width : 1, depth = shape->depth;
  const size_t columns = shape->columns, inner = height * width * depth;
  const size_t count =
    window ? image_count(window, window->pixel_bytes, depth) : shape->rows * (depth + 1) - 1;
  const lamina_weights weights = {
    .data = memory(inner * columns, 1), .kernel_height = height, .kernel_width = width,
    .depth = depth, .columns = columns, .y_stride = (ptrdiff_t)(width * depth),
    .x_stride = (ptrdiff_t)depth, .depth_stride = 1, .column_stride = (ptrdiff_t)inner};
  const lamina_i8_columns numbers = random_columns(columns, shape->has_zeros, shape->fits);
  const int32_t low = lowest(shape->is_signed);
  const lamina_i8_ending ending = {
    .result_scale = 0.05f, .addend_scale = 0.07f, .y_scale = 0.08f,
    .addend_zero = random_zero(!shape->is_signed), .addend_signed = !shape->is_signed,
    .y_zero = random_zero(shape->is_signed), .y_low = low + 10, .y_high = low + 240};
  const lamina_i8_product product = {
    .window = window, .gathers = !shape->copies, .is_signed = shape->is_signed,
    .has_weight_zeros = shape->has_zeros, .taps = shape->copies ? height : height * width,
    .depth = shape->copies ? width * depth : depth, .columns = columns,
    .padding = memset(memory(inner, 1), (int)random_below(256), inner), .x_stride = depth + 1,
    .y_stride = columns + 2, .y_zero = random_zero(shape->is_signed), .y_low = low,
    .y_high = low + (shape->fits ? 200 : 255), .fits = shape->fits,
    .ending = shape->ends ? &ending : NULL,
    .addend = shape->ends && shape->adds ? memory(shape->rows * columns, 1) : NULL,
    .addend_stride = columns};
  const uint8_t *x = memory(count, 1);
  uint8_t *y[2];
  for (size_t s = 0; s < 2; s++) {
    y[s] = multiply_bytes(sets[s], shape, product, &weights, &numbers, x);
  }
  const size_t results = (shape->rows - 1) * (columns + 2) + columns;
  expect_codes(y, results, shape->is_signed, shape->ends || shape->fits);
}

static byte_product_case random_case(size_t depth, size_t columns) {
  return (byte_product_case){
    .depth = depth, .columns = columns, .is_signed = random_below(2),
    .has_zeros = random_below(2), .fits = random_below(2), .ends = random_below(2),
    .adds = random_below(2)};
}

static void compare_byte_matrices(size_t rows) {
  for (size_t depth = 1; depth < 70; depth += depth < 10 ? 1 : 11) {
    for (size_t columns = 1; columns < 40; columns += columns < 14 ? 1 : 5) {
      begin("i8_product of %zu × %zu × %zu", rows, depth, columns);
      byte_product_case shape = random_case(depth, columns);
      shape.rows = rows;
      compare_byte_product(&shape);
    }
  }
}

static void compare_byte_convolution(size_t index, bool copies, size_t depth, size_t columns) {
  begin(
    "%s of window %zu, %zu to %zu channels", copies ? "i8_image" : "i8_product", index, depth,
    columns);
  const lamina_window window = window_at(index, depth + (copies ? 0 : random_below(2) * 3));
  if (copies && window.dilation_x != 1) return;
  byte_product_case shape = random_case(depth, columns);
  shape.window = &window;
  shape.rows = pixel_count(&window);
  shape.copies = copies;
  compare_byte_product(&shape);
}

static void compare_byte_depthwise(size_t index, size_t channels) {
  begin("i8_depthwise of window %zu, %zu channels", index, channels);
  const lamina_window window = window_at(index, channels);
  const size_t taps = window.kernel_height * window.kernel_width, pixels = pixel_count(&window);
  const bool has_zeros = random_below(2), is_signed = random_below(2), fits = random_below(2);
  const int8_t *weights = memory(taps * channels, 1);
  const lamina_i8_columns columns = random_columns(channels, has_zeros, fits);
  lamina_i8_depthwise depthwise = {
    .window = &window, .channels = channels, .is_signed = is_signed,
    .has_weight_zeros = has_zeros,
    .padding = memset(memory(channels, 1), (int)random_below(256), channels),
    .y_stride = channels + random_below(2), .y_zero = random_zero(is_signed),
    .y_low = lowest(is_signed), .y_high = lowest(is_signed) + (fits ? 200 : 255), .fits = fits};
  const uint8_t *x = memory(image_count(&window, channels, channels), 1);
  uint8_t *y[2];
  for (size_t s = 0; s < 2; s++) {
    const size_t lanes = sets[s]->lanes, group = sets[s]->dot_group;
    int8_t *packed =
      memory(lamina_i8_depthwise_packed_count(&window, channels, lanes, group), 64);
    lamina_i8_depthwise_pack(weights, &columns, &window, channels, lanes, group, packed);
    depthwise.packed = packed;
    void *scratch = memory(lamina_i8_depthwise_scratch(&window, channels, group), 64);
    y[s] = blank_bytes(pixels * (channels + 1) - 1);
    sets[s]->i8_depthwise(&depthwise, x, y[s], scratch, 0, pixels / 3);
    sets[s]->i8_depthwise(&depthwise, x, y[s], scratch, pixels / 3, pixels);
  }
  expect_codes(y, pixels * (channels + 1) - 1, is_signed, fits);
}

void compare_byte_products(void) {
  for (size_t rows = 1; rows < 36; rows += rows < 18 ? 1 : 5) compare_byte_matrices(rows);
  for (size_t index = 0; index < window_count; index++) {
    for (size_t depth = 1; depth < 20; depth += depth < 5 ? 1 : 6) {
      for (size_t columns = 1; columns < 30; columns += columns < 5 ? 3 : 8) {
        compare_byte_convolution(index, false, depth, columns);
        compare_byte_convolution(index, true, depth, columns);
      }
    }
    for (size_t channels = 1; channels < 80; channels += channels < 10 ? 1 : 7) {
      for (size_t repeat = 0; repeat < 4; repeat++) compare_byte_depthwise(index, channels);
    }
  }
}

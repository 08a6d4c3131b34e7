// Products, convolutions and images of float32.

#include "compare.h"
#include <math.h>
#include <string.h>

/// What a product is compared with: a matrix where there is no window.
typedef struct product_case {
  const lamina_window *window;
  size_t rows, depth, columns;
  bool gathers, adds, activates;
  numbers numbers;
} product_case;

/// Multiplies in four parts of the result.
static float *multiply(
  const lamina_kernels *set, const product_case *shape, const lamina_weights *weights,
  const float *bias, const float *x, const float *residual) {
  const size_t taps = weights->kernel_height * weights->kernel_width;
  const float size = shape->numbers.both;
  const size_t packed = lamina_f32_packed_count(
    taps * shape->depth, shape->columns, set->lanes, set->tile_vectors);
  float *panels = floats(packed, 0, 0);
  lamina_f32_pack(weights, bias, set->lanes, set->tile_vectors, panels);
  const lamina_f32_product product = {
    .window = shape->window, .gathers = shape->gathers, .taps = taps, .depth = shape->depth,
    .columns = shape->columns, .panels = panels,
    .zeros = zeros(shape->depth * sizeof(float), sizeof(float)), .x_stride = shape->depth + 2,
    .y_stride = shape->columns + 3, .residual_stride = shape->columns + 1,
    .low = shape->activates ? -INFINITY : -2 * size,
    .high = shape->activates ? INFINITY : 3 * size,
    .activation = shape->activates ? lamina_unary_silu : lamina_unary_identity, .alpha = 1};
  size_t pointers = taps * set->tile_rows, strips = 0;
  if (shape->window && shape->gathers) {
    pointers = weights->kernel_height * set->tile_rows;
    strips = set->tile_rows * taps * shape->depth;
  }
  void *scratch = memory(pointers * sizeof(void *) + strips * sizeof(float), 8);
  const size_t row = shape->rows / 3, panels_all = panel_count(set, shape->columns);
  const size_t panel = panels_all / 2;
  float *y = blank_floats((shape->rows - 1) * product.y_stride + shape->columns);
  set->f32_product(&product, x, residual, y, scratch, 0, row, 0, panel);
  set->f32_product(&product, x, residual, y, scratch, row, shape->rows, 0, panel);
  set->f32_product(&product, x, residual, y, scratch, 0, row, panel, panels_all);
  set->f32_product(&product, x, residual, y, scratch, row, shape->rows, panel, panels_all);
  return y;
}

/// The same floats at any address, as weights lie in a file.
static const void *anywhere(const float *x, size_t count) {
  uint8_t *bytes = memory(count * sizeof *x + random_below(4), 1);
  return count ? memcpy(bytes, x, count * sizeof *x) : bytes;
}

static void compare_product(const product_case *shape) {
  const lamina_window *window = shape->window;
  const size_t height = window ? window->kernel_height : 1;
  const size_t width = window ? window->kernel_width : 1, inner = height * width * shape->depth;
  const size_t count = window
    ? image_count(window, window->pixel_bytes / sizeof(float), shape->depth)
    : shape->rows * (shape->depth + 2) - 2;
  const numbers numbers = shape->numbers;
  const float *x = numbered_floats(count, numbers.left, numbers.special), size = numbers.both;
  const lamina_weights weights = {
    .data = anywhere(numbered_floats(inner * shape->columns, numbers.right, 0),
      inner * shape->columns), .kernel_height = height, .kernel_width = width,
    .depth = shape->depth, .columns = shape->columns,
    .y_stride = (ptrdiff_t)(width * shape->depth * shape->columns),
    .x_stride = (ptrdiff_t)(shape->depth * shape->columns),
    .depth_stride = (ptrdiff_t)shape->columns, .column_stride = 1};
  const float *bias = floats(shape->columns, -size, size);
  const size_t added = (shape->rows - 1) * (shape->columns + 1) + shape->columns;
  const float *residual = shape->adds ? floats(added, -size, size) : NULL;
  float *y[2];
  for (size_t s = 0; s < 2; s++) y[s] = multiply(sets[s], shape, &weights, bias, x, residual);
  expect_floats(
    y, (shape->rows - 1) * (shape->columns + 3) + shape->columns, 1e-5f, 1e-5f * size);
}

static void compare_matrices(size_t rows) {
  for (size_t depth = 1; depth < 40; depth += depth < 10 ? 1 : 14) {
    for (size_t columns = 1; columns < 40; columns += columns < 14 ? 1 : 5) {
      const product_case shape = {
        .rows = rows, .depth = depth, .columns = columns, .adds = random_below(2),
        .activates = random_below(2), .numbers = random_numbers()};
      begin("f32_product of %zu × %zu × %zu", rows, depth, columns);
      compare_product(&shape);
    }
  }
}

static void compare_convolutions(size_t index, bool gathers, size_t depth, size_t columns) {
  begin(
    "f32_product of window %zu, %zu to %zu channels, gathers %d", index, depth, columns, gathers);
  const size_t gap = random_below(2) * 3;
  const lamina_window window = window_at(index, (depth + gap) * sizeof(float));
  const product_case shape = {
    .window = &window, .rows = pixel_count(&window), .depth = depth, .columns = columns,
    .gathers = gathers, .adds = random_below(2), .activates = random_below(2),
    .numbers = random_numbers()};
  compare_product(&shape);
}

/// A set's Winograd convolution; false where its answer is that something was not finite.
static bool convolve(
  const lamina_kernels *set, lamina_f32_winograd *winograd, const lamina_weights *weights,
  const float *x, const float *residual, float *y) {
  const size_t positions = winograd->y.positions * winograd->x.positions;
  const size_t width = set->lanes * set->tile_vectors;
  const size_t row = (winograd->depth + set->lanes - 1) / set->lanes * set->lanes;
  winograd->panel_stride = lamina_f32_packed_count(
    winograd->depth, winograd->columns, set->lanes, set->tile_vectors);
  float *panels = zeros(positions * winograd->panel_stride * sizeof(float), sizeof(float));
  set->f32_winograd_pack(
    weights, NULL, &winograd->y, &winograd->x, winograd->panel_stride, panels);
  winograd->panels = panels;
  winograd->tile_block = 3;
  winograd->panel_block = 2;
  winograd->input_stride = winograd->tile_block * row;
  winograd->output_stride = winograd->tile_block * winograd->panel_block * width;
  float *scratch =
    floats(positions * (winograd->input_stride + winograd->output_stride), -1, 1);
  const lamina_window *window = winograd->window;
  const size_t down = (window->out_height + winograd->y.outputs - 1) / winograd->y.outputs;
  const size_t across = (window->out_width + winograd->x.outputs - 1) / winograd->x.outputs;
  const size_t tiles = 2 * down * across, all = panel_count(set, winograd->columns);
  bool finite = set->f32_winograd(winograd, x, residual, y, scratch, 0, tiles / 2, 0, all);
  finite &= set->f32_winograd(winograd, x, residual, y, scratch, tiles / 2, tiles, 0, all / 2);
  return finite & set->f32_winograd(
    winograd, x, residual, y, scratch, tiles / 2, tiles, all / 2, all);
}

static void compare_winograd(
  const size_t taps[2], const size_t outputs[2], size_t depth, size_t columns, bool adds,
  numbers numbers) {
  begin(
    "f32_winograd of %zu × %zu taps, %zu × %zu outputs, %zu to %zu channels", taps[0], taps[1],
    outputs[0], outputs[1], depth, columns);
  const float size = numbers.both;
  const lamina_window window = {
    .height = 9, .width = 10, .out_height = 9, .out_width = 10, .kernel_height = taps[0],
    .kernel_width = taps[1], .stride_y = 1, .stride_x = 1, .dilation_y = 1, .dilation_x = 1,
    .top = (ptrdiff_t)taps[0] / 2, .left = (ptrdiff_t)taps[1] / 2,
    .pixel_bytes = (depth + 1) * sizeof(float)};
  const lamina_weights weights = {
    .data = numbered_floats(taps[0] * taps[1] * depth * columns, numbers.right, 0),
    .kernel_height = taps[0], .kernel_width = taps[1], .depth = depth, .columns = columns,
    .y_stride = (ptrdiff_t)(taps[1] * depth * columns), .x_stride = (ptrdiff_t)(depth * columns),
    .depth_stride = (ptrdiff_t)columns, .column_stride = 1};
  lamina_f32_winograd winograd = {
    .window = &window, .depth = depth, .columns = columns, .bias = floats(columns, -size, size),
    .y_stride = columns + 2, .residual_stride = columns, .low = -3 * size,
    .high = adds ? 3 * size : INFINITY,
    .activation = adds ? lamina_unary_identity : lamina_unary_tanh};
  expect(
    lamina_winograd_axis_make(taps[0], outputs[0], &winograd.y) &&
      lamina_winograd_axis_make(taps[1], outputs[1], &winograd.x), "there are no such tiles");
  const size_t pixels = pixel_count(&window), count = image_count(&window, depth + 1, depth);
  float *x = numbered_floats(count, numbers.left, 0), *y[2];
  const bool is_special = numbers.special != 0;
  if (is_special) x[random_below((uint32_t)count) / (depth + 1) * (depth + 1)] = numbers.special;
  const float *residual = adds ? floats(pixels * columns, -size, size) : NULL;
  bool finite[2];
  for (size_t s = 0; s < 2; s++) {
    y[s] = blank_floats(pixels * (columns + 2) - 2);
    finite[s] = convolve(sets[s], &winograd, &weights, x, residual, y[s]);
  }
  expect(finite[0] == finite[1] && finite[0] != is_special, "tells wrongly what is finite");
  // Below the normal range factors of the transforms enlarge what is lost.
  expect_floats(y, pixels * (columns + 2) - 2, 1e-4f, 2e-4f * size + 0x1p-134f);
}

void compare_products(void) {
  for (size_t rows = 1; rows < 36; rows += rows < 18 ? 1 : 5) compare_matrices(rows);
  for (size_t index = 0; index < window_count; index++) {
    for (size_t depth = 1; depth < 20; depth += depth < 5 ? 1 : 6) {
      for (size_t columns = 1; columns < 30; columns += columns < 5 ? 3 : 8) {
        compare_convolutions(index, false, depth, columns);
        compare_convolutions(index, true, depth, columns);
      }
    }
  }
  static const size_t tiles[][2][2] = {
    {{3, 3}, {2, 2}}, {{3, 3}, {4, 4}}, {{3, 3}, {6, 4}}, {{5, 5}, {2, 4}}, {{1, 7}, {1, 4}},
    {{3, 1}, {6, 1}}, {{2, 4}, {3, 3}}, {{1, 3}, {1, 10}},
  };
  for (size_t i = 0; i < sizeof tiles / sizeof tiles[0]; i++) {
    for (size_t depth = 1; depth < 12; depth += 3) {
      for (size_t columns = 1; columns < 40; columns += columns < 8 ? 3 : 9) {
        compare_winograd(tiles[i][0], tiles[i][1], depth, columns, false, random_numbers());
        compare_winograd(tiles[i][0], tiles[i][1], depth, columns, true, random_numbers());
      }
    }
  }
}

static void compare_depthwise(size_t index, size_t channels) {
  begin("f32_depthwise of window %zu, %zu channels", index, channels);
  const size_t pixel = channels + random_below(2) * 5;
  const lamina_window window = window_at(index, pixel * sizeof(float));
  const size_t taps = window.kernel_height * window.kernel_width, rows = 2 * window.out_height;
  const bool activates = random_below(2);
  const numbers numbers = random_numbers();
  const float size = numbers.both;
  const lamina_f32_depthwise depthwise = {
    .window = &window, .channels = channels,
    .weights = floats(taps * channels, -numbers.right, numbers.right),
    .bias = floats(channels, -size, size),
    .zeros = zeros(channels * sizeof(float), sizeof(float)),
    .y_stride = channels + random_below(2), .low = -2 * size, .high = 3 * size,
    .activation = activates ? lamina_unary_sigmoid : lamina_unary_identity};
  const size_t count = image_count(&window, pixel, channels);
  const size_t gap = depthwise.y_stride - channels;
  const size_t results = pixel_count(&window) * depthwise.y_stride - gap;
  const float *x = numbered_floats(count, numbers.left, numbers.special);
  float *y[2];
  for (size_t s = 0; s < 2; s++) {
    y[s] = blank_floats(results);
    void *scratch = memory(lamina_depthwise_scratch(&window, sets[s]->lanes, 4), 64);
    sets[s]->f32_depthwise(&depthwise, x, y[s], scratch, 0, rows / 2);
    sets[s]->f32_depthwise(&depthwise, x, y[s], scratch, rows / 2, rows);
  }
  expect_floats(y, results, 1e-5f, 1e-5f * size);
}

static void compare_pool(size_t index, size_t channels, bool maximum) {
  begin("f32_pool of window %zu, %zu channels, maximum %d", index, channels, maximum);
  const size_t pixel = channels + random_below(2) * 5;
  const lamina_window window = window_at(index, pixel * sizeof(float));
  const bool bounds = random_below(2);
  const numbers numbers = random_numbers();
  const float size = numbers.both;
  const lamina_pooling pooling = {
    .window = &window, .channels = channels, .y_stride = channels + 2, .takes_maximum = maximum,
    .counts_padding = random_below(2), .low = bounds ? -0.5f * size : -INFINITY,
    .high = bounds ? 0.8f * size : INFINITY};
  const size_t pixels = pixel_count(&window), count = image_count(&window, pixel, channels);
  float *x = floats(count, -size, size), *y[2];
  for (size_t i = random_below(7); i < count && numbers.special != 0; i += 1 + random_below(90)) {
    x[i] = numbers.special;
  }
  for (size_t s = 0; s < 2; s++) {
    y[s] = blank_floats(pixels * (channels + 2) - 2);
    sets[s]->f32_pool(&pooling, x, y[s], 0, pixels / 3);
    sets[s]->f32_pool(&pooling, x, y[s], pixels / 3, pixels);
  }
  expect_floats(y, pixels * (channels + 2) - 2, 1e-6f, 1e-6f * size);
}

void compare_images(void) {
  for (size_t index = 0; index < window_count; index++) {
    // Pixels some powers of two apart are copied first.
    for (size_t repeat = 0; repeat < 4; repeat++) compare_depthwise(index, 512);
    for (size_t channels = 1; channels < 40; channels += channels < 10 ? 1 : 7) {
      for (size_t repeat = 0; repeat < 3; repeat++) compare_depthwise(index, channels);
      compare_pool(index, channels, false);
      compare_pool(index, channels, true);
    }
  }
}

// Element-wise kernels of float32 and lines of it.

#include "compare.h"
#include <math.h>
#include <string.h>

static const size_t counts[] = {0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 100};
enum { counts_count = sizeof counts / sizeof counts[0] };

static const float specials[] = {
  NAN, -NAN, INFINITY, -INFINITY, 0.0f, -0.0f, 1e-45f, -1e-40f, 1.2e-38f, 3.4e38f, -3.4e38f, 0.5f,
  1.5f, 2.5f, -0.5f, -2.5f, 8388607.5f, 8191.5f, 8192.5f, -1e6f, 88.8f, 89.5f, -103.9f, -105.0f};

/// Floats among which there are special ones.
static float *mixed_floats(size_t count, float low, float high) {
  float *x = floats(count, low, high);
  const size_t all = sizeof specials / sizeof specials[0];
  for (size_t i = 0; i < count; i += 1 + random_below(6)) x[i] = specials[random_below(all)];
  return x;
}

/// How far results may be from each other where they are small.
static float distance_of(lamina_unary function) {
  switch (function) {
    // How many elements share a group with one that is too large for the polynomial differs.
    case lamina_unary_sin:
    case lamina_unary_cos: return 5e-7f;
    case lamina_unary_gelu:
    case lamina_unary_gelu_tanh: return 2e-6f;
    // The plain kernels round the product before they add to it.
    case lamina_unary_linear:
    case lamina_unary_hard_sigmoid:
    case lamina_unary_hard_swish: return 2e-6f;
    default: return 3e-38f;
  }
}

static void compare_unary(lamina_unary function, size_t count, bool mixes) {
  begin("f32_unary %d of %zu%s", function, count, mixes ? ", special" : "");
  const float *x = mixes ? mixed_floats(count, -20, 20) : floats(count, -6, 6);
  const float distance = distance_of(function);
  float *y[2];
  for (size_t s = 0; s < 2; s++) {
    y[s] = blank_floats(count);
    sets[s]->f32_unary(function, x, y[s], count, 0.3f, 0.6f);
  }
  expect_floats(y, count, 1e-6f, distance);
  for (size_t s = 0; s < 2; s++) {
    if (count) memcpy(y[s], x, count * sizeof *x);
    sets[s]->f32_unary(function, y[s], y[s], count, -0.3f, 2.6f);
  }
  expect_floats(y, count, 1e-6f, distance);
}

static void compare_binary(lamina_binary function, size_t count, size_t steps, bool mixes) {
  begin("f32_binary %d of 3 × %zu, operands that step %zu", function, count, steps);
  const size_t left = steps & 1, right = steps >> 1;
  const lamina_pairing shape = {
    .outer = 3, .inner = count, .a_outer = left ? count : 1, .a_inner = left,
    .b_outer = right ? count : 0, .b_inner = right, .y_outer = count + 2,
    .low = mixes ? -INFINITY : -1.5f, .high = mixes ? INFINITY : 2};
  const size_t a_count = left ? 3 * count : 3, b_count = right ? 3 * count : 1;
  const float *a = mixes ? mixed_floats(a_count, -3, 3) : floats(a_count, -3, 3);
  const float *b = mixes ? mixed_floats(b_count, -3, 3) : floats(b_count, -3, 3);
  float *y[2];
  for (size_t s = 0; s < 2; s++) {
    y[s] = blank_floats(3 * count + 4);
    sets[s]->f32_binary(function, &shape, a, b, y[s]);
  }
  expect_floats(y, 3 * count + 4, 1e-6f, 0);
}

static void compare_scaled(size_t count) {
  begin("f32_scale_shift and f32_mix of %zu", count);
  const float *x = mixed_floats(3 * count, -3, 3), *scale = floats(count, -2, 2);
  const float *shift = floats(count, -2, 2), *other = floats(count, -2, 2);
  float *y[2], *mix[2];
  for (size_t s = 0; s < 2; s++) {
    y[s] = blank_floats(3 * count);
    sets[s]->f32_scale_shift(x, scale, shift, y[s], 3, count, -1, 2);
    mix[s] = blank_floats(count);
    sets[s]->f32_mix(x, scale, shift, other, 0.25f, 0.6f, mix[s], count);
  }
  expect_floats(y, 3 * count, 1e-6f, 1e-6f);
  expect_floats(mix, count, 1e-6f, 1e-6f);
}

/// Whether halves are the same numbers; NaN may differ in what it carries.
static void expect_halves(uint16_t *const y[2], size_t count) {
  for (size_t i = 0; i < count; i++) {
    const uint16_t a = y[0][i], b = y[1][i];
    if (a != b) expect((a & 0x7fff) > 0x7c00 && (b & 0x7fff) > 0x7c00, "halves differ");
  }
}

static void compare_halves(void) {
  begin("all halves");
  uint16_t *x = memory(65536 * 2, 2), *back[2];
  float *y[2];
  for (size_t i = 0; i < 65536; i++) x[i] = (uint16_t)i;
  for (size_t s = 0; s < 2; s++) {
    y[s] = blank_floats(65536);
    sets[s]->f32_from_half(x, y[s], 65536);
  }
  expect_floats(y, 65536, 0, 0);
  begin("halves of floats between all halves");
  float *between = floats(3 * 65536, 0, 0);
  for (uint32_t i = 0; i < 3 * 65536; i++) {
    const uint32_t bits = (i / 3 << 16) + (i % 3 == 0 ? 0x1000 : i % 3 == 1 ? 0xefff : 0xf000);
    memcpy(between + i, &bits, sizeof bits);
  }
  for (size_t s = 0; s < 2; s++) {
    back[s] = memory(3 * 65536 * 2, 2);
    sets[s]->f32_to_half(between, back[s], 3 * 65536);
  }
  expect_halves(back, 3 * 65536);
  for (size_t i = 0; i < counts_count; i++) {
    const size_t count = counts[i];
    begin("%zu halves", count);
    const float *from = mixed_floats(count, -9, 9);
    for (size_t s = 0; s < 2; s++) {
      back[s] = memset(memory(count * 2, 2), 0, count * 2);
      sets[s]->f32_to_half(from, back[s], count);
      y[s] = blank_floats(count);
      sets[s]->f32_from_half(back[0], y[s], count);
    }
    expect_halves(back, count);
    expect_floats(y, count, 0, 0);
  }
}

static void compare_transposed(size_t rows, size_t columns) {
  begin("x32_transpose of %zu × %zu", rows, columns);
  const size_t x_stride = columns + 1, y_stride = rows + (rows == 3 || rows == 4 ? 0 : 2);
  const size_t x_count = rows * x_stride - 1, y_count = (columns - 1) * y_stride + rows;
  const uint32_t *x = memory(x_count * 4, 4);
  uint8_t *y[2];
  for (size_t s = 0; s < 2; s++) {
    y[s] = memset(memory(y_count * 4, 4), 0, y_count * 4);
    sets[s]->x32_transpose(x, (uint32_t *)y[s], rows, columns, x_stride, y_stride);
  }
  expect_bytes(y, y_count * 4);
}

void compare_elements(void) {
  for (size_t i = 0; i < counts_count; i++) {
    for (int32_t f = lamina_unary_identity; f <= lamina_unary_softplus; f++) {
      compare_unary((lamina_unary)f, counts[i], false);
      compare_unary((lamina_unary)f, counts[i], true);
    }
    for (int32_t f = lamina_binary_add; f <= lamina_binary_power; f++) {
      for (size_t steps = 0; steps < 4; steps++) {
        compare_binary((lamina_binary)f, counts[i], steps, false);
        compare_binary((lamina_binary)f, counts[i], steps, true);
      }
    }
    compare_scaled(counts[i]);
  }
  compare_halves();
  for (size_t rows = 1; rows < 20; rows += 2) {
    for (size_t columns = 1; columns < 36; columns += 3) compare_transposed(rows, columns);
  }
  compare_transposed(4, 33);
}

static void compare_softmax(size_t count, bool logarithm, float special) {
  begin("f32_softmax of 3 × %zu, logarithm %d, among them %g", count, logarithm, special);
  float *x = floats(3 * count, -9, 9), *y[2];
  if (special != 0) x[random_below((uint32_t)count)] = special;
  for (size_t s = 0; s < 2; s++) {
    y[s] = blank_floats(3 * count);
    sets[s]->f32_softmax(x, y[s], 3, count, 0.7f, logarithm);
  }
  expect_floats(y, 3 * count, 1e-5f, 1e-6f);
}

static void compare_reduction(
  lamina_reduction reduction, size_t reduced, size_t inner, float size, float special) {
  begin(
    "f32_reduce %d of 2 × %zu × %zu, size %g, among them %g", reduction, reduced, inner, size,
    special);
  float *x = floats(2 * reduced * inner, 0.5f * size, 1.5f * size), *y[2];
  if (special != 0 && reduced) x[random_below((uint32_t)(2 * reduced * inner))] = special;
  for (size_t s = 0; s < 2; s++) {
    y[s] = blank_floats(2 * inner);
    sets[s]->f32_reduce(reduction, x, y[s], 2, reduced, inner, 0.5f);
  }
  expect_floats(y, 2 * inner, 1e-5f, 0x1p-140f);
}

static void compare_normalized(size_t count, bool gains, float size, float special) {
  begin(
    "f32_normalize of 3 × %zu, gains %d, size %g, among them %g", count, gains, size, special);
  float *x = floats(3 * count, -2 * size, 3 * size), *y[2];
  const float *gain = gains ? floats(count, 0, 2) : NULL;
  const float *offset = gains ? floats(count, -1, 1) : NULL;
  if (special != 0) x[random_below((uint32_t)(3 * count))] = special;
  for (size_t s = 0; s < 2; s++) {
    y[s] = blank_floats(3 * count);
    sets[s]->f32_normalize(x, gain, offset, y[s], 3, count, 1e-3f);
  }
  expect_floats(y, 3 * count, 1e-5f, 1e-5f);
}

/// Bytes that are moved: with what they are by definition.
static void check_moved(size_t rows, size_t columns) {
  begin("i8_lookup and x8_transpose of %zu × %zu", rows, columns);
  const size_t x_stride = columns + rows % 2, y_stride = rows + columns % 3;
  const size_t count = (columns - 1) * y_stride + rows;
  const uint8_t *x = memory((rows - 1) * x_stride + columns, 1), *table = memory(256, 1);
  for (size_t s = 0; s < 2; s++) {
    uint8_t *y = blank_bytes(count);
    sets[s]->x8_transpose(x, y, rows, columns, x_stride, y_stride);
    for (size_t i = 0; i < count; i++) {
      const size_t r = i % y_stride, c = i / y_stride;
      expect(y[i] == (r < rows ? x[r * x_stride + c] : 0x5a), "bytes are not transposed");
    }
  }
  uint8_t *found = blank_bytes(columns);
  lamina_i8_lookup(table, x, found, columns);
  for (size_t c = 0; c < columns; c++) expect(found[c] == table[x[c]], "bytes are not looked up");
}

/// Roofs only have to come to an end; what they return means nothing.
static void call_roofs(void) {
  for (size_t s = 0; s < 2; s++) {
    begin("roofs");
    sets[s]->f32_roof(3);
    sets[s]->bf16_roof(3);
    sets[s]->i8_roof(3);
    const float *x = floats(203, 1, 1);
    const double sum = sets[s]->x32_roof(x, 203);
    expect(sum <= 203 && sum > 203 - 4 * (double)sets[s]->lanes, "x32_roof reads too little");
  }
}

void compare_lines(void) {
  static const float odd[] = {0, NAN, -INFINITY, INFINITY, 3.4e38f, -3.4e38f, 1e-40f};
  static const float sizes[] = {1, 0x1p100f, 0x1p-100f};
  for (size_t i = 1; i < counts_count; i++) {
    for (size_t special = 0; special < sizeof odd / sizeof odd[0]; special++) {
      compare_softmax(counts[i], false, odd[special]);
      compare_softmax(counts[i], true, odd[special]);
      compare_normalized(counts[i], special % 2, 1, odd[special]);
      compare_normalized(counts[i], special % 2, sizes[special % 3], 0);
    }
  }
  for (int32_t r = lamina_reduction_sum; r <= lamina_reduction_product; r++) {
    for (size_t i = 0; i < counts_count; i++) {
      for (size_t inner = 1; inner < 24; inner += inner < 9 ? 1 : 7) {
        for (size_t part = 0; part < 4; part++) {
          compare_reduction((lamina_reduction)r, counts[i], inner, 1, odd[part]);
        }
        compare_reduction((lamina_reduction)r, counts[i], inner, sizes[1 + inner % 2], 0);
      }
    }
  }
  for (size_t rows = 1; rows < 70; rows += rows < 6 ? 1 : 27) {
    for (size_t columns = 1; columns < 70; columns += 11) check_moved(rows, columns);
  }
  call_roofs();
}

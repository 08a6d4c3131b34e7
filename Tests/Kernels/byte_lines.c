// Softmax of lines of bytes.

#include "compare.h"
#include <math.h>
#include <string.h>

/// Sums are taken in one order by all sets, so that the results are the same to the last bit.
static void compare_byte_softmax(size_t count, bool is_signed, float scale, bool is_flat) {
  begin("i8_softmax of 3 × %zu, signed %d, scale %g, flat %d", count, is_signed, scale, is_flat);
  float *powers = floats(256, 0, 0);
  for (int i = 0; i < 256; i++) powers[i] = expf(-scale * (float)i);
  const int32_t low = is_signed ? -128 : 0;
  const lamina_i8_softmax softmax = {
    .powers = powers, .is_signed = is_signed, .y_scale = 0x1p-8f, .y_zero = low, .y_low = low,
    .y_high = low + 255, .rounds_to_even = random_below(2)};
  uint8_t *x = memory(3 * count, 1), *y[2];
  if (is_flat) memset(x, (int)random_below(256), 3 * count);
  for (size_t s = 0; s < 2; s++) {
    y[s] = blank_bytes(3 * count);
    sets[s]->i8_softmax(&softmax, x, y[s], 3, count);
  }
  expect_bytes(y, 3 * count);
  memcpy(y[1], x, 3 * count);
  sets[1]->i8_softmax(&softmax, y[1], y[1], 3, count);
  expect_bytes(y, 3 * count);
}

void compare_byte_lines(void) {
  static const size_t lengths[] = {0, 1, 2, 10, 63, 255, 256, 257, 1001};
  static const float scales[] = {0.05f, 0.7f, 1e30f, 1e-30f};
  for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
    for (size_t s = 0; s < sizeof scales / sizeof scales[0]; s++) {
      for (size_t part = 0; part < 4; part++) {
        compare_byte_softmax(lengths[i], part & 1, scales[s], part >> 1);
      }
    }
  }
}

// Softmax, reductions and normalisation of lines of float32.

#include <math.h>

LAMINA_INLINE float f32_line_largest(const float *x, size_t count) {
  vf even = vf_set(-INFINITY), odd = even;
  size_t i = 0;
  for (; i + 2 * LANES <= count; i += 2 * LANES) {
    even = vf_max(even, vf_load(x + i));
    odd = vf_max(odd, vf_load(x + i + LANES));
  }
  for (; i < count; i += LANES) {
    const size_t n = count - i < LANES ? count - i : LANES;
    odd = vf_max(odd, vf_load_or(x + i, n, vf_set(-INFINITY)));
  }
  return vf_largest(vf_max(even, odd));
}

/// Writes exp(scale · (x − peak)), unless there is no `y`, and returns its sum.
LAMINA_INLINE float f32_line_powers(
  const float *x, float *y, size_t count, float peak, float scale) {
  vf sum = vf_set(0), top = vf_set(peak), factor = vf_set(scale);
  size_t i = 0;
  for (; i + LANES <= count; i += LANES) {
    vf power = vf_exp(vf_mul(factor, vf_sub(vf_load(x + i), top)));
    if (y) vf_store(y + i, power);
    sum = vf_add(sum, power);
  }
  if (i < count) {
    const size_t n = count - i;
    float rest[LANES];
    vf_store(rest, vf_exp(vf_mul(factor, vf_sub(vf_load_n(x + i, n), top))));
    const vf power = vf_load_n(rest, n);
    if (y) vf_store_n(y + i, power, n);
    sum = vf_add(sum, power);
  }
  return vf_sum(sum);
}

/// Writes scale · (x − peak) less the logarithm of the powers' sum.
///
/// The peak is subtracted by itself: its sum with the logarithm would be rounded to the peak's size.
LAMINA_INLINE void f32_line_logarithms(
  const float *x, float *y, size_t count, float peak, float scale) {
  const vf total = vf_set(logf(f32_line_powers(x, NULL, count, peak, scale)));
  const vf top = vf_set(peak), factor = vf_set(scale);
  for (size_t i = 0; i < count; i += LANES) {
    size_t n = count - i < LANES ? count - i : LANES;
    vf power = vf_mul(factor, vf_sub(vf_load_n(x + i, n), top));
    vf_store_n(y + i, vf_sub(power, total), n);
  }
}

LAMINA_TARGET void LAMINA_KERNEL(f32_softmax)(
  const float *x, float *y, size_t lines, size_t count, float scale, bool logarithm) {
  for (size_t line = 0; line < lines; line++, x += count, y += count) {
    float peak = f32_line_largest(x, count);
    if (logarithm) {
      f32_line_logarithms(x, y, count, peak, scale);
    } else {
      float total = f32_line_powers(x, y, count, peak, scale);
      LAMINA_KERNEL(f32_unary)(lamina_unary_linear, y, y, count, 1 / total, 0);
    }
  }
}

typedef vf f32_fold_function(vf sum, vf x);

LAMINA_INLINE vf f32_fold_sum(vf sum, vf x) { return vf_add(sum, x); }
LAMINA_INLINE vf f32_fold_maximum(vf sum, vf x) {
  return vf_where_nan(sum, sum, vf_max(sum, x));
}
LAMINA_INLINE vf f32_fold_minimum(vf sum, vf x) {
  return vf_where_nan(sum, sum, vf_min(sum, x));
}
LAMINA_INLINE vf f32_fold_square_sum(vf sum, vf x) { return vf_fma(x, x, sum); }
LAMINA_INLINE vf f32_fold_absolute_sum(vf sum, vf x) { return vf_add(sum, vf_abs(x)); }
LAMINA_INLINE vf f32_fold_product(vf product, vf x) { return vf_mul(product, x); }

/// Reduces contiguous lines; the lanes are folded one by one at the end.
LAMINA_INLINE void f32_fold_lines(
  f32_fold_function *fold, f32_fold_function *join, float start, const float *x, float *y,
  size_t outer, size_t reduced, float scale) {
  for (size_t o = 0; o < outer; o++, x += reduced) {
    vf first = vf_set(start), second = vf_set(start);
    size_t i = 0;
    for (; i + 2 * LANES <= reduced; i += 2 * LANES) {
      first = fold(first, vf_load(x + i));
      second = fold(second, vf_load(x + i + LANES));
    }
    for (; i + LANES <= reduced; i += LANES) first = fold(first, vf_load(x + i));
    if (i < reduced) second = fold(second, vf_load_or(x + i, reduced - i, vf_set(start)));
    float lanes[LANES];
    vf_store(lanes, join(first, second));
    vf result = vf_set(lanes[0]);
    for (size_t l = 1; l < LANES; l++) result = join(result, vf_set(lanes[l]));
    vf_store(lanes, vf_mul(result, vf_set(scale)));
    y[o] = lanes[0];
  }
}

/// Reduces over the middle axis, a few columns at a time.
LAMINA_INLINE void f32_fold_columns(
  f32_fold_function *fold, float start, const float *x, float *y, size_t outer, size_t reduced,
  size_t inner, float scale) {
  for (size_t o = 0; o < outer; o++, x += reduced * inner, y += inner) {
    size_t i = 0;
    for (; i + 4 * LANES <= inner; i += 4 * LANES) {
      vf sums[4] = {vf_set(start), vf_set(start), vf_set(start), vf_set(start)};
      for (size_t r = 0; r < reduced; r++) {
        const float *line = x + r * inner + i;
        for (size_t v = 0; v < 4; v++) sums[v] = fold(sums[v], vf_load(line + v * LANES));
      }
      for (size_t v = 0; v < 4; v++) vf_store(y + i + v * LANES, vf_mul(sums[v], vf_set(scale)));
    }
    for (; i < inner; i += LANES) {
      size_t n = inner - i < LANES ? inner - i : LANES;
      vf sum = vf_set(start);
      for (size_t r = 0; r < reduced; r++) sum = fold(sum, vf_load_n(x + r * inner + i, n));
      vf_store_n(y + i, vf_mul(sum, vf_set(scale)), n);
    }
  }
}

LAMINA_INLINE void f32_fold(
  f32_fold_function *fold, f32_fold_function *join, float start, const float *x, float *y,
  size_t outer, size_t reduced, size_t inner, float scale) {
  if (inner == 1) {
    f32_fold_lines(fold, join, start, x, y, outer, reduced, scale);
  } else {
    f32_fold_columns(fold, start, x, y, outer, reduced, inner, scale);
  }
}

/// What is taken from elements before their powers are summed: the peak, unless it is infinite.
LAMINA_INLINE vf f32_power_shift(vf peak) {
  return vf_where_less(vf_abs(peak), vf_set(INFINITY), peak, vf_set(0));
}

/// Logarithms of the sums of powers of contiguous lines.
LAMINA_INLINE void f32_log_sum_lines(
  const float *x, float *y, size_t outer, size_t reduced, float scale) {
  for (size_t o = 0; o < outer; o++, x += reduced) {
    const vf shift = f32_power_shift(vf_set(f32_line_largest(x, reduced)));
    vf first = vf_set(0), second = vf_set(0);
    size_t i = 0;
    for (; i + 2 * LANES <= reduced; i += 2 * LANES) {
      first = vf_add(first, vf_exp(vf_sub(vf_load(x + i), shift)));
      second = vf_add(second, vf_exp(vf_sub(vf_load(x + i + LANES), shift)));
    }
    for (; i < reduced; i += LANES) {
      size_t n = reduced - i < LANES ? reduced - i : LANES;
      first = vf_add(first, vf_exp(vf_sub(vf_load_or(x + i, n, vf_set(-INFINITY)), shift)));
    }
    y[o] = scale * (logf(vf_sum(vf_add(first, second))) + vf_largest(shift));
  }
}

/// The same over the middle axis.
LAMINA_INLINE void f32_log_sum_columns(
  const float *x, float *y, size_t outer, size_t reduced, size_t inner, float scale) {
  for (size_t o = 0; o < outer; o++, x += reduced * inner, y += inner) {
    for (size_t i = 0; i < inner; i += LANES) {
      size_t n = inner - i < LANES ? inner - i : LANES;
      vf peak = vf_set(-INFINITY), sum = vf_set(0);
      for (size_t r = 0; r < reduced; r++) peak = vf_max(peak, vf_load_n(x + r * inner + i, n));
      const vf shift = f32_power_shift(peak);
      for (size_t r = 0; r < reduced; r++) {
        sum = vf_add(sum, vf_exp(vf_sub(vf_load_n(x + r * inner + i, n), shift)));
      }
      float sums[LANES], shifts[LANES];
      vf_store(sums, sum);
      vf_store(shifts, shift);
      for (size_t l = 0; l < n; l++) y[i + l] = scale * (logf(sums[l]) + shifts[l]);
    }
  }
}

LAMINA_TARGET void LAMINA_KERNEL(f32_reduce)(
  lamina_reduction reduction, const float *x, float *y, size_t outer, size_t reduced,
  size_t inner, float scale) {
  switch (reduction) {
    case lamina_reduction_sum:
      f32_fold(f32_fold_sum, f32_fold_sum, 0, x, y, outer, reduced, inner, scale);
      break;
    case lamina_reduction_maximum:
      f32_fold(
        f32_fold_maximum, f32_fold_maximum, -INFINITY, x, y, outer, reduced, inner, scale);
      break;
    case lamina_reduction_minimum:
      f32_fold(f32_fold_minimum, f32_fold_minimum, INFINITY, x, y, outer, reduced, inner, scale);
      break;
    case lamina_reduction_square_sum:
      f32_fold(f32_fold_square_sum, f32_fold_sum, 0, x, y, outer, reduced, inner, scale);
      break;
    case lamina_reduction_absolute_sum:
      f32_fold(f32_fold_absolute_sum, f32_fold_sum, 0, x, y, outer, reduced, inner, scale);
      break;
    case lamina_reduction_product:
      f32_fold(f32_fold_product, f32_fold_product, 1, x, y, outer, reduced, inner, scale);
      break;
    case lamina_reduction_log_sum_exp:
      if (inner == 1) return f32_log_sum_lines(x, y, outer, reduced, scale);
      f32_log_sum_columns(x, y, outer, reduced, inner, scale);
      break;
  }
}

/// The sum of squared distances from `mean`.
LAMINA_INLINE float f32_line_spread(const float *x, size_t count, float mean) {
  vf sum = vf_set(0), middle = vf_set(mean);
  for (size_t i = 0; i < count; i += LANES) {
    size_t n = count - i < LANES ? count - i : LANES;
    vf distance = vf_sub(vf_load_or(x + i, n, middle), middle);
    sum = vf_fma(distance, distance, sum);
  }
  return vf_sum(sum);
}

LAMINA_TARGET void LAMINA_KERNEL(f32_normalize)(
  const float *x, const float *gain, const float *offset, float *y, size_t lines, size_t count,
  float epsilon) {
  for (size_t line = 0; line < lines; line++, x += count, y += count) {
    float mean;
    LAMINA_KERNEL(f32_reduce)(lamina_reduction_sum, x, &mean, 1, count, 1, 1 / (float)count);
    float variance = f32_line_spread(x, count, mean) / (float)count;
    vf middle = vf_set(mean), factor = vf_set(1 / sqrtf(variance + epsilon));
    for (size_t i = 0; i < count; i += LANES) {
      size_t n = count - i < LANES ? count - i : LANES;
      vf value = vf_mul(vf_sub(vf_load_n(x + i, n), middle), factor);
      if (gain) value = vf_mul(value, vf_load_n(gain + i, n));
      if (offset) value = vf_add(value, vf_load_n(offset + i, n));
      vf_store_n(y + i, value, n);
    }
  }
}

// The transforms of Winograd's tiles along one axis: of pixels, of weights and of sums.
//
// An axis of `taps` weights and `outputs` pixels has taps + outputs − 1 positions: the polynomials of
// pixels and of weights are evaluated at 0, at pairs ±p and at infinity. Pairs share the sums of even
// and of odd powers, so all transforms are written over pairs.

#include <math.h>

/// Vectors in a row: `step` floats from one to the next, `line` floats to the next row.
typedef struct winograd_lines {
  float *base;
  size_t step, line;
} winograd_lines;

/// Values at the positions from the pixels of a line, for each of `count` lines.
///
///     at ±p:  Σ_j c_j · x[2j + 2] ± p · Σ_j c_j · x[2j + 1]
///     at 0:   Σ_j e_j · x[2j]        at ∞:  Σ_j e_j · x[2j + 1]
///
/// with e the coefficients of Π (x² − q²) over all points q, and c those over all but p.
LAMINA_INLINE void winograd_input_lines(
  const size_t pairs, const lamina_winograd_axis *axis, winograd_lines from, winograd_lines to,
  size_t count) {
  for (size_t l = 0; l < count; l++) {
    const float *x = from.base + l * from.line;
    float *y = to.base + l * to.line;
    vf even[lamina_winograd_pairs + 1], odd[lamina_winograd_pairs + 1];
    _Pragma("clang loop unroll(full)")
    for (size_t j = 0; j <= pairs; j++) {
      even[j] = vf_load(x + 2 * j * from.step);
      odd[j] = vf_load(x + (2 * j + 1) * from.step);
    }
    vf zero = even[pairs], infinity = odd[pairs];
    _Pragma("clang loop unroll(full)")
    for (size_t j = 0; j < pairs; j++) {
      vf factor = vf_set(axis->all[j]);
      zero = vf_fma(even[j], factor, zero);
      infinity = vf_fma(odd[j], factor, infinity);
    }
    vf_store(y, zero);
    vf_store(y + (2 * pairs + 1) * to.step, infinity);
    _Pragma("clang loop unroll(full)")
    for (size_t p = 0; p < pairs; p++) {
      vf evens = even[pairs], odds = odd[pairs - 1];
      _Pragma("clang loop unroll(full)")
      for (size_t j = 0; j + 1 < pairs; j++) {
        vf factor = vf_set(axis->others[p][j]);
        evens = vf_fma(even[j + 1], factor, evens);
        odds = vf_fma(odd[j], factor, odds);
      }
      odds = vf_mul(odds, vf_set(axis->points[p]));
      vf_store(y + (2 * p + 1) * to.step, vf_add(evens, odds));
      vf_store(y + (2 * p + 2) * to.step, vf_sub(evens, odds));
    }
  }
}

/// What is done with pixels before they are stored.
typedef struct winograd_end {
  vf bias, low, high;
  /// The residual's lines; a null base adds none.
  winograd_lines residual;
  /// Zero as long as all sums were finite, NaN afterwards.
  vf spread;
} winograd_end;

/// Adds bias and residual and clamps.
LAMINA_INLINE vf winograd_finish(winograd_end *end, vf sum, const float *residual, size_t n) {
  sum = vf_add(sum, end->bias);
  end->spread = vf_fma(sum, vf_set(0), end->spread);
  if (residual) sum = vf_add(sum, vf_load_n(residual, n));
  return vf_min(end->high, vf_max(end->low, sum));
}

/// Pixels from the sums at the positions of a line, for each of `count` lines.
///
///     y[i] = Σ_p pⁱ · (m[+p] + (−1)ⁱ · m[−p]),  m[0] in the first, m[∞] in the last
///
/// With `ends` they are finished and may go to the result.
LAMINA_INLINE void winograd_output_lines(
  const size_t pairs, const bool ends, const lamina_winograd_axis *axis, winograd_lines from,
  winograd_lines to, size_t count, winograd_end *shared) {
  const size_t outputs = axis->outputs;
  winograd_end end;
  if (ends) end = *shared;
  for (size_t l = 0; l < count; l++) {
    const float *x = from.base + l * from.line;
    float *y = to.base + l * to.line;
    vf sums[lamina_winograd_pairs], differences[lamina_winograd_pairs];
    vf first = vf_load(x), infinity = vf_load(x + (2 * pairs + 1) * from.step);
    _Pragma("clang loop unroll(full)")
    for (size_t p = 0; p < pairs; p++) {
      vf plus = vf_load(x + (2 * p + 1) * from.step), minus = vf_load(x + (2 * p + 2) * from.step);
      sums[p] = vf_add(plus, minus);
      differences[p] = vf_sub(plus, minus);
    }
    for (size_t i = 0; i < outputs; i++) {
      vf sum = i == 0 ? first : i + 1 == outputs ? infinity : vf_set(0);
      const float *powers = axis->powers[i];
      if (i & 1) {
        _Pragma("clang loop unroll(full)")
        for (size_t p = 0; p < pairs; p++) sum = vf_fma(differences[p], vf_set(powers[p]), sum);
      } else {
        _Pragma("clang loop unroll(full)")
        for (size_t p = 0; p < pairs; p++) sum = vf_fma(sums[p], vf_set(powers[p]), sum);
      }
      if (ends) {
        const winograd_lines *added = &end.residual;
        const float *term =
          added->base ? added->base + l * added->line + i * added->step : NULL;
        sum = winograd_finish(&end, sum, term, LANES);
      }
      vf_store(y + i * to.step, sum);
    }
  }
  if (ends) shared->spread = end.spread;
}

/// Values at the positions from the weights of a line, for each of `count` lines.
LAMINA_INLINE void winograd_weight_lines(
  const size_t taps, const lamina_winograd_axis *axis, winograd_lines from, winograd_lines to,
  size_t count) {
  for (size_t l = 0; l < count; l++) {
    const float *x = from.base + l * from.line;
    float *y = to.base + l * to.line;
    vf tap[lamina_winograd_taps];
    for (size_t k = 0; k < taps; k++) tap[k] = vf_load(x + k * from.step);
    vf_store(y, vf_mul(tap[0], vf_set(axis->weights[0][0])));
    for (size_t position = 1; position + 1 < axis->positions; position += 2) {
      const float *factors = axis->weights[position];
      vf even = vf_mul(tap[0], vf_set(factors[0])), odd = vf_mul(tap[1], vf_set(factors[1]));
      for (size_t k = 2; k < taps; k++) {
        vf factor = vf_set(factors[k]);
        if (k & 1) {
          odd = vf_fma(tap[k], factor, odd);
        } else {
          even = vf_fma(tap[k], factor, even);
        }
      }
      vf_store(y + position * to.step, vf_add(even, odd));
      vf_store(y + (position + 1) * to.step, vf_sub(even, odd));
    }
    vf_store(y + (axis->positions - 1) * to.step, tap[taps - 1]);
  }
}

typedef void winograd_function(
  const lamina_winograd_axis *axis, winograd_lines from, winograd_lines to, size_t count,
  winograd_end *end);
/// The transforms for one number of pairs.
#define WINOGRAD(pairs)                                                                       \
  static LAMINA_TARGET void winograd_input_##pairs(                                           \
    const lamina_winograd_axis *axis, winograd_lines from, winograd_lines to, size_t count,   \
    winograd_end *end) {                                                                      \
    (void)end;                                                                                \
    winograd_input_lines(pairs, axis, from, to, count);                                       \
  }                                                                                           \
  static LAMINA_TARGET void winograd_output_##pairs(                                          \
    const lamina_winograd_axis *axis, winograd_lines from, winograd_lines to, size_t count,   \
    winograd_end *end) {                                                                      \
    if (end) {                                                                                \
      winograd_output_lines(pairs, true, axis, from, to, count, end);                         \
    } else {                                                                                  \
      winograd_output_lines(pairs, false, axis, from, to, count, end);                        \
    }                                                                                         \
  }

WINOGRAD(1)
WINOGRAD(2)
WINOGRAD(3)
WINOGRAD(4)
WINOGRAD(5)
#undef WINOGRAD

static winograd_function *const winograd_inputs[] = {
  NULL, winograd_input_1, winograd_input_2, winograd_input_3, winograd_input_4, winograd_input_5,
};
static winograd_function *const winograd_outputs[] = {
  NULL, winograd_output_1, winograd_output_2, winograd_output_3, winograd_output_4,
  winograd_output_5,
};

/// Those of weights, by the number of taps: with the usual ones, these stay in registers.
#define WINOGRAD_WEIGHTS(stem, taps)                                                          \
  static LAMINA_TARGET void winograd_weights_##stem(                                          \
    const lamina_winograd_axis *axis, winograd_lines from, winograd_lines to, size_t count,   \
    winograd_end *end) {                                                                      \
    (void)end;                                                                                \
    winograd_weight_lines(taps, axis, from, to, count);                                       \
  }

WINOGRAD_WEIGHTS(3, 3)
WINOGRAD_WEIGHTS(5, 5)
WINOGRAD_WEIGHTS(7, 7)
WINOGRAD_WEIGHTS(any, axis->taps)
#undef WINOGRAD_WEIGHTS

static winograd_function *const winograd_weights[] = {
  NULL, NULL, winograd_weights_any, winograd_weights_3, winograd_weights_any, winograd_weights_5,
  winograd_weights_any, winograd_weights_7,
};

/// An axis and its transform; none where it has one tap.
typedef struct winograd_side {
  const lamina_winograd_axis *axis;
  winograd_function *transform;
} winograd_side;

/// Transforms `lines` lines along both axes or the only one; `columns` vectors make a row in between.
LAMINA_INLINE void winograd_both(
  winograd_side down, winograd_side across, size_t lines, size_t columns, winograd_lines from,
  float *half, winograd_lines to, winograd_end *end) {
  if (!down.transform) return across.transform(across.axis, from, to, 1, end);
  winograd_lines tall = {from.base, from.line, from.step};
  const winograd_lines turned = {to.base, to.line, to.step};
  if (across.transform) {
    const winograd_lines wide = {half, LANES, columns * LANES};
    across.transform(across.axis, from, wide, lines, NULL);
    tall = (winograd_lines){half, columns * LANES, LANES};
  }
  if (end) {
    end->residual = (winograd_lines){end->residual.base, end->residual.line, end->residual.step};
  }
  down.transform(down.axis, tall, turned, columns, end);
}

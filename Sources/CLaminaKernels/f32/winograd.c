// The points of Winograd's transforms and the factors that follow from them.

#include "../include/lamina_winograd.h"
#include <string.h>

/// The points p of the pairs ±p, for each number of pairs.
///
/// They are dyadic, so that all factors are exact but those of the weights, and were found by
/// search for the smallest error over random tiles: the customary 1 and 2 lose four times as much.
static const double points_of[][lamina_winograd_pairs] = {
  {0}, {1}, {0.625, 1.5}, {0.5, 1, 2}, {0.5, 0.875, 1.25, 2.5}, {0.375, 0.75, 1, 1.5, 2.5},
};

/// The coefficients of Π (x² − p²) over all points but number `left_out`.
static void expand(const double *points, size_t count, size_t left_out, double *coefficients) {
  size_t degree = 0;
  coefficients[0] = 1;
  for (size_t p = 0; p < count; p++) {
    if (p == left_out) continue;
    double square = points[p] * points[p];
    coefficients[degree + 1] = coefficients[degree];
    for (size_t j = degree; j > 0; j--) {
      coefficients[j] = coefficients[j - 1] - square * coefficients[j];
    }
    coefficients[0] *= -square;
    degree++;
  }
}

/// The factors of one point for the weights: its powers over the product of its distances.
static void weigh(double point, double distances, size_t taps, float *factors) {
  double power = 1 / distances;
  for (size_t k = 0; k < taps; k++, power *= point) factors[k] = (float)power;
}

bool lamina_winograd_axis_make(size_t taps, size_t outputs, lamina_winograd_axis *axis) {
  memset(axis, 0, sizeof *axis);
  if (taps == 0 || taps > lamina_winograd_taps || outputs == 0) return false;
  axis->taps = taps;
  axis->outputs = outputs;
  axis->positions = 1;
  if (taps == 1) return outputs == 1;
  if (outputs == 1 || outputs > lamina_winograd_line) return false;
  if ((taps + outputs) % 2 == 0) return false;
  axis->positions = taps + outputs - 1;
  if (axis->positions < 4 || axis->positions > lamina_winograd_line) return false;
  axis->pairs = axis->positions / 2 - 1;
  const double *points = points_of[axis->pairs];
  double coefficients[lamina_winograd_pairs + 1];
  expand(points, axis->pairs, axis->pairs, coefficients);
  weigh(0, coefficients[0], taps, axis->weights[0]);
  for (size_t j = 0; j < axis->pairs; j++) axis->all[j] = (float)coefficients[j];
  for (size_t p = 0; p < axis->pairs; p++) {
    double point = points[p], square = point * point, distances = 2 * square, power = 1;
    expand(points, axis->pairs, p, coefficients);
    for (size_t j = 0; j + 1 < axis->pairs; j++) axis->others[p][j] = (float)coefficients[j];
    for (size_t q = 0; q < axis->pairs; q++) {
      if (q != p) distances *= square - points[q] * points[q];
    }
    weigh(point, distances, taps, axis->weights[2 * p + 1]);
    weigh(-point, distances, taps, axis->weights[2 * p + 2]);
    axis->points[p] = (float)point;
    for (size_t i = 0; i < outputs; i++, power *= point) axis->powers[i][p] = (float)power;
  }
  axis->weights[axis->positions - 1][taps - 1] = 1;
  return true;
}

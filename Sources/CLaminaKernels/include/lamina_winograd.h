#ifndef LAMINA_WINOGRAD_H
#define LAMINA_WINOGRAD_H

#include "lamina_f32.h"

/// Bounds of a tile: pairs of points, positions and weights along an axis, positions in all.
enum {
  lamina_winograd_pairs = 5,
  lamina_winograd_line = 12,
  lamina_winograd_taps = 7,
  lamina_winograd_area = 64,
};

/// One axis of a Winograd tile: `outputs` pixels of a kernel of `taps` weights.
///
/// The polynomials of pixels and weights are evaluated at `positions` points: 0, pairs ±p, and ∞.
/// An axis of one tap has one position and no factors.
typedef struct lamina_winograd_axis {
  size_t taps, outputs, positions, pairs;
  /// The points p.
  float points[lamina_winograd_pairs];
  /// Coefficients of Π (x² − q²) over all points, from x⁰ up; the last, 1, is left out.
  float all[lamina_winograd_pairs];
  /// The same without the factor of one point.
  float others[lamina_winograd_pairs][lamina_winograd_pairs];
  /// pⁱ for output i.
  float powers[lamina_winograd_line][lamina_winograd_pairs];
  /// From weights to positions.
  float weights[lamina_winograd_line][lamina_winograd_taps];
} lamina_winograd_axis;

/// Fills in an axis; false where the transforms do not reach so far.
bool lamina_winograd_axis_make(
  size_t taps, size_t outputs, lamina_winograd_axis *_Nonnull axis);

/// A convolution of stride 1 without dilation, by Winograd's tiles.
///
///     y[i][c] = activation(clamp(bias[c] + Σ x · w + residual[i][c]))
///
/// Tiles of `y.outputs` × `x.outputs` pixels are numbered over all images, row by row.
typedef struct lamina_f32_winograd {
  const lamina_window *_Nonnull window;
  lamina_winograd_axis y, x;
  size_t depth, columns;
  /// Written by `lamina_f32_winograd_pack`: panels of each position, `panel_stride` floats apart.
  const float *_Nonnull panels;
  size_t panel_stride;
  const float *_Nonnull bias;
  /// Floats from one output pixel to the next, and of the residual.
  size_t y_stride, residual_stride;
  /// How many tiles and panels are taken at a time.
  size_t tile_block, panel_block;
  /// Floats from one position to the next, of transformed pixels and of sums.
  size_t input_stride, output_stride;
  float low, high;
  lamina_unary activation;
  float alpha, beta;
} lamina_f32_winograd;

/// Tiles `tile_begin ..< tile_end` of panels `panel_begin ..< panel_end`.
///
/// `scratch` holds `input_stride + output_stride` floats for each position, of which
/// `input_stride ≥ tile_block · depth` and `output_stride ≥ tile_block · panel_block · panel
/// width`, the depth rounded up to whole vectors. `residual` may be `y`. The answer is whether all
/// sums were finite: an infinity or NaN reaches pixels of its tile that it should not.
typedef bool lamina_f32_winograd_function(
  const lamina_f32_winograd *_Nonnull winograd, const float *_Nonnull x,
  const float *_Nullable residual, float *_Nonnull y, float *_Nonnull scratch, size_t tile_begin,
  size_t tile_end, size_t panel_begin, size_t panel_end);

lamina_f32_winograd_function lamina_f32_winograd__scalar, lamina_f32_winograd__neon,
  lamina_f32_winograd__avx2, lamina_f32_winograd__avx512;

/// Transforms and packs weights times one factor a column: panels without bias for each position.
///
/// The weights need not be aligned; null factors are ones.
/// `panels` must be zero; each position takes what `lamina_f32_packed_count` says.
typedef void lamina_f32_winograd_pack_function(
  const lamina_weights *_Nonnull weights, const float *_Nullable factors,
  const lamina_winograd_axis *_Nonnull y, const lamina_winograd_axis *_Nonnull x,
  size_t panel_stride, float *_Nonnull panels);

lamina_f32_winograd_pack_function lamina_f32_winograd_pack__scalar, lamina_f32_winograd_pack__neon,
  lamina_f32_winograd_pack__avx2, lamina_f32_winograd_pack__avx512;

#endif

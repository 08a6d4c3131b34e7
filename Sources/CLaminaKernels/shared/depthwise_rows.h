// Depthwise convolution with float32 sums along rows: 3×3 and 5×5 windows.
//
// Each column of the input is read once and added to the sums of all output pixels whose windows
// hold it; the weights of a block of channels stay in registers for all its rows. For the elements
// that the including file defined (element.h of their folder).

#include "depthwise_walk.h"

/// One block of channels.
typedef struct FLOAT(depthwise_block) {
  const lamina_f32_depthwise *depthwise;
  size_t channel;
  vf bias[2], low, high;
  vf weights[DEPTHWISE_TALLEST * DEPTHWISE_TALLEST][2];
} FLOAT(depthwise_block);

/// The block of `vectors` vectors from a channel on, or of `n` channels where they are fewer.
LAMINA_INLINE FLOAT(depthwise_block) FLOAT(depthwise_block_at)(
  const lamina_f32_depthwise *depthwise, const size_t size, const size_t vectors, size_t n,
  size_t channel) {
  FLOAT(depthwise_block) block = {
    .depthwise = depthwise, .channel = channel, .low = vf_set(depthwise->low),
    .high = vf_set(depthwise->high)};
  _Pragma("clang loop unroll(full)")
  for (size_t v = 0; v < vectors; v++) {
    const float *bias = depthwise->bias + channel + v * LANES;
    block.bias[v] = n ? vf_load_n(bias, n) : vf_load(bias);
    _Pragma("clang loop unroll(full)")
    for (size_t tap = 0; tap < size * size; tap++) {
      const float *weights =
        depthwise->weights + tap * depthwise->channels + channel + v * LANES;
      block.weights[tap][v] = n ? vf_load_n(weights, n) : vf_load(weights);
    }
  }
  return block;
}

/// Takes the next column, the one at `place` of the first pixel's window: pixels whose windows do
/// not hold it are left as they are.
LAMINA_INLINE void FLOAT(depthwise_column)(
  const FLOAT(depthwise_block) *block, const size_t size, const size_t stride,
  const size_t turn, const size_t place, const size_t vectors, size_t n, depthwise_walk *walk,
  vf sums[][2]) {
  const size_t flight = (size + stride - 1) / stride;
  const bool inside = walk->column >= 0 && walk->column < walk->width;
  _Pragma("clang loop unroll(full)")
  for (size_t r = 0; inside && r < size; r++) {
    _Pragma("clang loop unroll(full)")
    for (size_t v = 0; v < vectors; v++) {
      const FLOAT_ELEMENT *x = (const FLOAT_ELEMENT *)walk->rows[r] + v * LANES;
      const vf value = n ? FLOAT(load_n)(x, n) : FLOAT(load)(x);
      _Pragma("clang loop unroll(full)")
      for (size_t f = 0; f < flight; f++) {
        if (place < f * stride || place - f * stride >= size) continue;
        vf *sum = &sums[(turn + f) % flight][v];
        *sum = vf_fma(value, block->weights[r * size + place - f * stride][v], *sum);
      }
    }
  }
  walk->column += walk->step;
  _Pragma("clang loop unroll(full)")
  for (size_t r = 0; r < size; r++) walk->rows[r] += walk->stride[r];
}

/// Stores a finished pixel and begins another one with its sums.
LAMINA_INLINE void FLOAT(depthwise_finish)(
  const FLOAT(depthwise_block) *block, const size_t vectors, size_t n, vf sums[2],
  FLOAT_ELEMENT *y) {
  _Pragma("clang loop unroll(full)")
  for (size_t v = 0; v < vectors; v++) {
    const vf value = vf_min(block->high, vf_max(block->low, sums[v]));
    if (n) {
      FLOAT(store_n)(y, value, n);
    } else {
      FLOAT(store)(y + v * LANES, value);
    }
    sums[v] = block->bias[v];
  }
}

/// `pixels` output pixels of a row of a block, `y_stride` apart.
LAMINA_INLINE void FLOAT(depthwise_row)(
  const FLOAT(depthwise_block) *block, const size_t size, const size_t stride,
  const size_t vectors, size_t n, depthwise_walk walk, size_t pixels, size_t y_stride,
  FLOAT_ELEMENT *y) {
  const size_t flight = (size + stride - 1) / stride;
  vf sums[DEPTHWISE_TALLEST][2];
  _Pragma("clang loop unroll(full)")
  for (size_t f = 0; f < flight; f++) {
    _Pragma("clang loop unroll(full)")
    for (size_t v = 0; v < vectors; v++) sums[f][v] = block->bias[v];
  }
  _Pragma("clang loop unroll(full)")
  for (size_t c = 0; c + stride < size; c++) {
    FLOAT(depthwise_column)(block, size, stride, 0, c, vectors, n, &walk, sums);
  }
  for (size_t i = 0;;) {
    _Pragma("clang loop unroll(full)")
    for (size_t turn = 0; turn < flight; turn++) {
      _Pragma("clang loop unroll(full)")
      for (size_t q = 0; q < stride; q++) {
        const size_t place = size - stride + q;
        FLOAT(depthwise_column)(block, size, stride, turn, place, vectors, n, &walk, sums);
      }
      FLOAT(depthwise_finish)(block, vectors, n, sums[turn], y);
      if (++i == pixels) return;
      y += y_stride;
    }
  }
}

/// Output rows `begin ..< end` of a block.
LAMINA_INLINE void FLOAT(depthwise_block_run)(
  const lamina_f32_depthwise *depthwise, const size_t size, const size_t stride,
  const size_t vectors, size_t n, size_t channel, const FLOAT_ELEMENT *x, FLOAT_ELEMENT *y,
  void *scratch, size_t begin, size_t end) {
  const lamina_window *window = depthwise->window;
  const FLOAT(depthwise_block) block =
    FLOAT(depthwise_block_at)(depthwise, size, vectors, n, channel);
  const uint8_t *image = (const uint8_t *)x;
  const size_t offset = channel * sizeof *x, block_bytes = vectors * LANES * sizeof *x;
  const bool copies_rows = n == 0 && depthwise_crowds(window, size, block_bytes);
  depthwise_copies copies = {.rows = scratch};
  const size_t y_stride = depthwise->y_stride, gap = window->dilation_x;
  for (size_t row = begin; row < end; row++) {
    lamina_place place = {.image = row / window->out_height, .y = row % window->out_height};
    FLOAT_ELEMENT *to = y + row * window->out_width * y_stride + channel;
    // Pixels whose windows share columns are as far apart as the taps.
    for (; place.x < gap && place.x < window->out_width; place.x++, to += y_stride) {
      depthwise_walk walk =
        depthwise_walk_from(window, size, image + offset, depthwise->zeros, place);
      if (copies_rows) {
        depthwise_walk_copies(window, size, image, place, offset, block_bytes, &copies, &walk);
      }
      const size_t pixels = (window->out_width - place.x + gap - 1) / gap;
      FLOAT(depthwise_row)(
        &block, size, stride, vectors, n, walk, pixels, gap * y_stride, to);
    }
  }
}

/// All channels, two vectors at a time.
LAMINA_INLINE void FLOAT(depthwise_rows)(
  lamina_f32_depthwise depthwise, const size_t size, const size_t stride,
  const FLOAT_ELEMENT *x, FLOAT_ELEMENT *y, void *scratch, size_t begin, size_t end) {
  size_t c = 0;
  for (; c + 2 * LANES <= depthwise.channels; c += 2 * LANES) {
    FLOAT(depthwise_block_run)(
      &depthwise, size, stride, 2, 0, c, x, y, scratch, begin, end);
  }
  if (c + LANES <= depthwise.channels) {
    FLOAT(depthwise_block_run)(
      &depthwise, size, stride, 1, 0, c, x, y, scratch, begin, end);
    c += LANES;
  }
  // A single lane leaves no rest, which the compiler cannot see.
  if (LANES > 1 && c < depthwise.channels) {
    FLOAT(depthwise_block_run)(
      &depthwise, size, stride, 1, depthwise.channels - c, c, x, y, scratch, begin, end);
  }
}

typedef void FLOAT(depthwise_rows_function)(
  const lamina_f32_depthwise *depthwise, const FLOAT_ELEMENT *x, FLOAT_ELEMENT *y,
  void *scratch, size_t begin, size_t end);

#define FLOAT_DEPTHWISE_ROWS(size, stride)                                                    \
  static LAMINA_TARGET void FLOAT(depthwise_rows_##size##_by_##stride)(                       \
    const lamina_f32_depthwise *depthwise, const FLOAT_ELEMENT *x, FLOAT_ELEMENT *y,          \
    void *scratch, size_t begin, size_t end) {                                                \
    FLOAT(depthwise_rows)(*depthwise, size, stride, x, y, scratch, begin, end);               \
  }
FLOAT_DEPTHWISE_ROWS(3, 1)
FLOAT_DEPTHWISE_ROWS(3, 2)
FLOAT_DEPTHWISE_ROWS(5, 1)
FLOAT_DEPTHWISE_ROWS(5, 2)
#undef FLOAT_DEPTHWISE_ROWS

/// The code for a window, or null.
static FLOAT(depthwise_rows_function) *FLOAT(depthwise_rows_for)(const lamina_window *window) {
  const size_t size = window->kernel_width, stride = window->stride_x;
  if (window->kernel_height != size || (window->dilation_x > 1 && stride > 1)) return NULL;
  if (size == 3 && stride == 1) return FLOAT(depthwise_rows_3_by_1);
  if (size == 3 && stride == 2) return FLOAT(depthwise_rows_3_by_2);
  if (size == 5 && stride == 1) return FLOAT(depthwise_rows_5_by_1);
  if (size == 5 && stride == 2) return FLOAT(depthwise_rows_5_by_2);
  return NULL;
}

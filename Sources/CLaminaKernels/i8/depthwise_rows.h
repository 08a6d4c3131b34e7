// Depthwise convolution of bytes with AVX-512 VNNI along rows: 3×3 and 5×5 windows.
//
// Blocks and their order are those of depthwise_dot.h. Each column of the input is interleaved once,
// in registers, and added to the sums of all output blocks whose windows hold it.

#define I8_TALLEST 5

/// One block of channels: what stays the same for all its rows. Its scaled sums fit.
typedef struct i8_strip {
  const lamina_i8_depthwise *depthwise;
  const int8_t *packed;
  size_t channel;
  /// Output pixels in a block, and columns from one block to the next.
  size_t shared, step;
  /// Bytes of the block that are there.
  __mmask64 bytes;
  /// A block of the zero point.
  const uint8_t *padding;
  i8_block_end end;
  /// The weights' zero points below 0, four times each; null where they are 0.
  const __m512i *zeros;
} i8_strip;

/// A walk over the input columns under one output row.
typedef struct i8_walk {
  /// Where the column lies in each input row, and the bytes from one column to the next: none
  /// where there is no row.
  const uint8_t *rows[I8_TALLEST];
  size_t stride[I8_TALLEST];
  ptrdiff_t column, gap, width;
  size_t shared;
  __mmask64 bytes;
  __m512i flip, padding;
} i8_walk;

LAMINA_INLINE i8_walk i8_walk_from(
  const i8_strip *strip, const size_t size, const uint8_t *x, lamina_place place) {
  const lamina_window *window = strip->depthwise->window;
  i8_walk walk = {
    .column = (ptrdiff_t)(place.x * window->stride_x) - window->left,
    .gap = (ptrdiff_t)window->dilation_x, .width = (ptrdiff_t)window->width,
    .shared = strip->shared, .bytes = strip->bytes,
    .flip = _mm512_set1_epi8(strip->depthwise->is_signed ? (char)0x80 : 0),
    .padding = _mm512_loadu_si512(strip->padding)};
  const ptrdiff_t offset = walk.column * (ptrdiff_t)window->pixel_bytes;
  _Pragma("clang loop unroll(full)")
  for (size_t ky = 0; ky < size; ky++) {
    const uint8_t *line = lamina_input_row(window, x, place, ky);
    walk.rows[ky] = line ? line + offset + (ptrdiff_t)strip->channel : strip->padding;
    walk.stride[ky] = line ? window->dilation_x * window->pixel_bytes : 0;
  }
  return walk;
}

/// The bytes of a block of neighbouring pixels that are in the image.
LAMINA_INLINE __mmask64 i8_walk_inside(const i8_walk *walk) {
  const size_t bits = 64 / walk->shared;
  const __mmask64 pixel = ~(__mmask64)0 >> (64 - bits);
  __mmask64 mask = 0;
  for (size_t p = 0; p < walk->shared; p++) {
    const ptrdiff_t column = walk->column + (ptrdiff_t)p;
    if (column >= 0 && column < walk->width) mask |= pixel << (p * bits);
  }
  return mask;
}

/// The column's bytes, row by row, lifted.
LAMINA_INLINE void i8_walk_load(const i8_walk *walk, const size_t size, __m512i *rows) {
  const ptrdiff_t last = walk->width - (ptrdiff_t)walk->shared;
  if (__builtin_expect(walk->column >= 0 && walk->column <= last, 1)) {
    _Pragma("clang loop unroll(full)")
    for (size_t r = 0; r < size; r++) {
      rows[r] = _mm512_xor_si512(_mm512_maskz_loadu_epi8(walk->bytes, walk->rows[r]), walk->flip);
    }
  } else {
    const __mmask64 inside = i8_walk_inside(walk) & walk->bytes;
    _Pragma("clang loop unroll(full)")
    for (size_t r = 0; r < size; r++) {
      __m512i bytes = _mm512_mask_loadu_epi8(walk->padding, inside, walk->rows[r]);
      rows[r] = _mm512_xor_si512(bytes, walk->flip);
    }
  }
}

LAMINA_INLINE void i8_walk_on(i8_walk *walk, const size_t size, size_t columns) {
  walk->column += (ptrdiff_t)columns * walk->gap;
  _Pragma("clang loop unroll(full)")
  for (size_t r = 0; r < size; r++) walk->rows[r] += columns * walk->stride[r];
}

/// The next column, its rows interleaved four by four.
LAMINA_INLINE void i8_strip_taps(i8_walk *walk, const size_t size, __m512i taps[][4]) {
  __m512i rows[8];
  i8_walk_load(walk, size, rows);
  i8_walk_on(walk, size, 1);
  _Pragma("clang loop unroll(full)")
  for (size_t r = size; r < 8; r++) rows[r] = _mm512_setzero_si512();
  i8_block_interleave(rows, taps[0]);
  if (size > 4) i8_block_interleave(rows + 4, taps[1]);
}

LAMINA_INLINE void i8_strip_clear(const i8_strip *strip, __m512i sums[4]) {
  _Pragma("clang loop unroll(full)")
  for (size_t j = 0; j < 4; j++) sums[j] = vi_load((const int32_t *)strip->packed + 16 * j);
}

/// Adds a column's taps to the sums of a block, where it is column `kx` of its window.
LAMINA_INLINE void i8_strip_add(
  const i8_strip *strip, const size_t size, const size_t kx, const __m512i taps[][4],
  __m512i sums[4]) {
  const size_t down = (size + 3) / 4;
  const int8_t *weights = strip->packed + 12 * I8_BLOCK + kx * down * 4 * I8_BLOCK;
  _Pragma("clang loop unroll(full)")
  for (size_t d = 0; d < down; d++, weights += 4 * I8_BLOCK) {
    _Pragma("clang loop unroll(full)")
    for (size_t j = 0; j < 4; j++) {
      sums[j] = _mm512_dpbusd_epi32(sums[j], taps[d][j], _mm512_load_si512(weights + 64 * j));
    }
  }
}

/// Adds what the weights' zero points make of a column.
LAMINA_INLINE void i8_strip_add_zeros(
  const i8_strip *strip, const size_t size, const __m512i taps[][4], __m512i sums[4]) {
  _Pragma("clang loop unroll(full)")
  for (size_t j = 0; j < 4; j++) {
    sums[j] = _mm512_dpbusd_epi32(sums[j], taps[0][j], strip->zeros[j]);
    if (size > 4) sums[j] = _mm512_dpbusd_epi32(sums[j], taps[1][j], strip->zeros[j]);
  }
}

/// Takes the next column, the one at `place` of the first block's window: blocks whose windows do
/// not hold it are left as they are.
LAMINA_INLINE void i8_strip_column(
  const i8_strip *strip, const size_t size, const size_t step, const size_t flight,
  const size_t turn, const size_t place, const bool has_zeros, i8_walk *walk,
  __m512i sums[][4]) {
  __m512i taps[2][4];
  i8_strip_taps(walk, size, taps);
  _Pragma("clang loop unroll(full)")
  for (size_t f = 0; f < flight; f++) {
    if (place < f * step || place - f * step >= size) continue;
    __m512i *block = sums[(turn + f) % flight];
    i8_strip_add(strip, size, place - f * step, taps, block);
    if (has_zeros) i8_strip_add_zeros(strip, size, taps, block);
  }
}

/// One output row of a block, or the part of it that `count` pixels are. Blocks begin `step`
/// columns after each other, less than a window, so that up to `flight` of them share a column.
LAMINA_INLINE void i8_strip_row(
  const i8_strip *strip, const size_t size, const size_t step, const bool has_zeros,
  i8_walk walk, size_t count, uint8_t *y) {
  const size_t flight = (size + step - 1) / step, shared = strip->shared;
  const size_t blocks = (count + shared - 1) / shared;
  const size_t rest = (count - (blocks - 1) * shared) * strip->depthwise->channels;
  const __mmask64 last = shared > 1 ? i8_block_mask(rest) : strip->bytes;
  const size_t y_step = strip->depthwise->y_stride * shared * (size_t)walk.gap;
  i8_block_end end = strip->end;
  end.fits = true;
  const float *multipliers = (const float *)(strip->packed + 4 * I8_BLOCK);
  __m512i sums[I8_TALLEST][4];
  _Pragma("clang loop unroll(full)")
  for (size_t f = 0; f < flight; f++) i8_strip_clear(strip, sums[f]);
  _Pragma("clang loop unroll(full)")
  for (size_t c = 0; c + step < size; c++) {
    i8_strip_column(strip, size, step, flight, 0, c, has_zeros, &walk, sums);
  }
  for (size_t i = 0;;) {
    _Pragma("clang loop unroll(full)")
    for (size_t turn = 0; turn < flight; turn++) {
      _Pragma("clang loop unroll(full)")
      for (size_t q = 0; q < step; q++) {
        i8_strip_column(
          strip, size, step, flight, turn, size - step + q, has_zeros, &walk, sums);
      }
      __m512i *done = sums[turn];
      const bool is_last = ++i == blocks;
      i8_block_store(&end, multipliers, done, y, is_last ? last : strip->bytes);
      if (is_last) return;
      i8_strip_clear(strip, done);
      y += y_step;
    }
  }
}

/// The same of blocks that share no column.
LAMINA_INLINE void i8_strip_row_apart(
  const i8_strip *strip, const size_t size, const bool has_zeros, i8_walk walk, size_t count,
  uint8_t *y) {
  const size_t channels = strip->depthwise->channels, shared = strip->shared;
  const size_t y_step = strip->depthwise->y_stride * shared;
  const float *multipliers = (const float *)(strip->packed + 4 * I8_BLOCK);
  i8_block_end end = strip->end;
  end.fits = true;
  for (size_t i = 0; i < count; i += shared, y += y_step) {
    __m512i sums[1][4];
    i8_strip_clear(strip, sums[0]);
    _Pragma("clang loop unroll(full)")
    for (size_t kx = 0; kx < size; kx++) {
      i8_strip_column(strip, size, size, 1, 0, kx, has_zeros, &walk, sums);
    }
    i8_walk_on(&walk, size, strip->step - size);
    const __mmask64 bytes = shared > 1 ? i8_block_mask((count - i) * channels) : strip->bytes;
    i8_block_store(&end, multipliers, sums[0], y, bytes);
  }
}

/// All rows of one block of channels; `step` is 0 where blocks share no column.
LAMINA_INLINE void i8_strip_run(
  i8_strip strip, const size_t size, const size_t step, const bool has_zeros, const uint8_t *x,
  uint8_t *y, size_t begin, size_t end) {
  const lamina_window *window = strip.depthwise->window;
  for (size_t i = begin; i < end;) {
    lamina_place place = lamina_place_at(window, i);
    size_t row = window->out_width - place.x;
    size_t count = row < end - i ? row : end - i, gap = window->dilation_x;
    // Pixels whose windows share columns are as far apart as the taps.
    for (size_t p = 0; p < gap && p < count; p++, place.x++) {
      i8_walk walk = i8_walk_from(&strip, size, x, place);
      uint8_t *to = y + (i + p) * strip.depthwise->y_stride + strip.channel;
      size_t own = (count - p + gap - 1) / gap;
      if (step) {
        i8_strip_row(&strip, size, step, has_zeros, walk, own, to);
      } else {
        i8_strip_row_apart(&strip, size, has_zeros, walk, own, to);
      }
    }
    i += count;
  }
}

typedef void i8_strip_function(
  const i8_strip *strip, const uint8_t *x, uint8_t *y, size_t begin, size_t end);

#define I8_STRIP(name, size, step)                                                        \
  static LAMINA_TARGET void i8_strip_##name(                                              \
    const i8_strip *strip, const uint8_t *x, uint8_t *y, size_t begin, size_t end) {      \
    if (strip->zeros) {                                                                   \
      i8_strip_run(*strip, size, step, true, x, y, begin, end);                            \
    } else {                                                                              \
      i8_strip_run(*strip, size, step, false, x, y, begin, end);                           \
    }                                                                                     \
  }
I8_STRIP(3_by_1, 3, 1)
I8_STRIP(3_by_2, 3, 2)
I8_STRIP(3_apart, 3, 0)
I8_STRIP(5_by_1, 5, 1)
I8_STRIP(5_by_2, 5, 2)
#undef I8_STRIP

/// The code for a window whose blocks are `step` columns apart, or null.
LAMINA_INLINE i8_strip_function *i8_strip_function_for(const lamina_window *window, size_t step) {
  const size_t size = window->kernel_width;
  if (window->kernel_height != size || (window->dilation_x > 1 && step > 1)) return NULL;
  if (size == 3) {
    return step == 1 ? i8_strip_3_by_1 : step == 2 ? i8_strip_3_by_2 : i8_strip_3_apart;
  }
  if (size == 5 && step == 1) return i8_strip_5_by_1;
  return size == 5 && step == 2 ? i8_strip_5_by_2 : NULL;
}

/// Bytes that, times an input byte, take a weight's zero point off; false where one does not fit.
LAMINA_INLINE bool i8_strip_zeros(const int8_t *packed, __m512i zeros[4]) {
  const __m512i none = _mm512_setzero_si512();
  __mmask16 large = 0;
  _Pragma("clang loop unroll(full)")
  for (size_t j = 0; j < 4; j++) {
    __m512i below = _mm512_sub_epi32(none, vi_load((const int32_t *)(packed + 8 * I8_BLOCK) + 16 * j));
    large |= _mm512_cmpgt_epi32_mask(_mm512_abs_epi32(below), _mm512_set1_epi32(127));
    zeros[j] = _mm512_mullo_epi32(
      _mm512_and_si512(below, _mm512_set1_epi32(0xff)), _mm512_set1_epi32(0x01010101));
  }
  return large == 0;
}

/// Runs along rows where there is code for it; false where nothing was done.
static LAMINA_TARGET bool i8_strips_run(
  const lamina_i8_depthwise *depthwise, const uint8_t *x, uint8_t *y, size_t begin,
  size_t end) {
  const lamina_window *window = depthwise->window;
  const size_t size = window->kernel_width, channels = depthwise->channels;
  const size_t shared = lamina_dot_pixels(channels, window->stride_x);
  const size_t step = shared > 1 ? shared : window->stride_x;
  i8_strip_function *function = i8_strip_function_for(window, step);
  if (!function || !depthwise->fits) return false;
  if (shared > 1 && depthwise->y_stride != channels) return false;
  const size_t block_bytes = I8_BLOCK * (12 + 4 * size * ((size + 3) / 4));
  const size_t blocks = (channels + I8_BLOCK - 1) / I8_BLOCK;
  __m512i zeros[4];
  for (size_t b = 0; depthwise->has_weight_zeros && b < blocks; b++) {
    if (!i8_strip_zeros(depthwise->packed + b * block_bytes, zeros)) return false;
  }
  uint8_t padding[I8_BLOCK];
  memset(padding, *depthwise->padding, I8_BLOCK);
  i8_strip strip = {
    .depthwise = depthwise, .shared = shared, .step = step, .padding = padding,
    .end = i8_block_end_of(depthwise), .zeros = depthwise->has_weight_zeros ? zeros : NULL};
  for (size_t b = 0; b < blocks; b++) {
    strip.packed = depthwise->packed + b * block_bytes;
    strip.channel = b * I8_BLOCK;
    strip.bytes = shared > 1 ? ~(__mmask64)0 : i8_block_mask(channels - strip.channel);
    if (strip.zeros) i8_strip_zeros(strip.packed, zeros);
    function(&strip, x, y, begin, end);
  }
  return true;
}
#undef I8_TALLEST

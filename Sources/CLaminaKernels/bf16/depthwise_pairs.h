// Depthwise convolution of bfloat16 by products of pairs: two rows of the window at once.
//
// The pixels of two rows are interleaved within 128 bits, so that each 32-bit lane holds one channel
// of both; the lanes of two vectors are then the channels of a block in the order that `unpack`
// leaves. Weights and biases are brought into that order once a call.

/// Channels of a block.
#define PAIR_BLOCK 32

/// Two vectors of a block: the lower and the upper halves of each 128 bits.
typedef struct bf16_block {
  __m512i lower, upper;
} bf16_block;

LAMINA_INLINE __mmask32 bf16_block_mask(size_t n) {
  return n >= PAIR_BLOCK ? ~(__mmask32)0 : ((__mmask32)1 << n) - 1;
}

LAMINA_INLINE bf16_block bf16_interleave(__m512i first, __m512i second) {
  return (bf16_block){
    _mm512_unpacklo_epi16(first, second), _mm512_unpackhi_epi16(first, second)};
}

/// The floats of a block's channels in the order of its lanes.
LAMINA_INLINE bf16_block bf16_spread(const float *x, __mmask32 mask) {
  const __m512i lower = _mm512_setr_epi32(0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27);
  const __m512i upper = _mm512_add_epi32(lower, _mm512_set1_epi32(4));
  __m512i first = _mm512_maskz_loadu_epi32((__mmask16)mask, x);
  __m512i second = _mm512_maskz_loadu_epi32((__mmask16)(mask >> 16), x + 16);
  return (bf16_block){
    _mm512_permutex2var_epi32(first, lower, second),
    _mm512_permutex2var_epi32(first, upper, second)};
}

/// Writes, block by block, the biases and the weights of each pair of rows and each column.
static LAMINA_TARGET void bf16_pairs_pack(
  const lamina_f32_depthwise *depthwise, size_t height, size_t width, __m512i *to) {
  const size_t channels = depthwise->channels;
  for (size_t c = 0; c < channels; c += PAIR_BLOCK) {
    const __mmask32 mask = bf16_block_mask(channels - c);
    bf16_block bias = bf16_spread(depthwise->bias + c, mask);
    *to++ = bias.lower;
    *to++ = bias.upper;
    for (size_t ky = 0; ky < height; ky += 2) {
      for (size_t kx = 0; kx < width; kx++) {
        const float *first = depthwise->weights + (ky * width + kx) * channels + c;
        bf16_block a = bf16_spread(first, mask);
        bf16_block b = {_mm512_setzero_si512(), _mm512_setzero_si512()};
        if (ky + 1 < height) b = bf16_spread(first + width * channels, mask);
        // The weights are bfloat16: their upper halves are all of them.
        *to++ = _mm512_or_si512(_mm512_srli_epi32(a.lower, 16), b.lower);
        *to++ = _mm512_or_si512(_mm512_srli_epi32(a.upper, 16), b.upper);
      }
    }
  }
}

/// Clamps the sums of a block and writes them in the order of the channels.
LAMINA_INLINE void bf16_block_store(
  uint16_t *y, __mmask32 mask, vf lower, vf upper, vf least, vf most) {
  const __m512i order = _mm512_setr_epi64(0, 4, 1, 5, 2, 6, 3, 7);
  lower = vf_min(most, vf_max(least, lower));
  upper = vf_min(most, vf_max(least, upper));
  __m512i both = (__m512i)_mm512_cvtne2ps_pbh(upper, lower);
  _mm512_mask_storeu_epi16(y, mask, _mm512_permutexvar_epi64(order, both));
}

/// `pixels` neighbouring output pixels of a `height` × `width` kernel, all channels.
LAMINA_INLINE void bf16_pairs_group(
  const size_t pixels, const size_t height, const size_t width, const size_t stride,
  const lamina_f32_depthwise *depthwise, const __m512i *weights, const uint16_t *const *table,
  uint16_t *y) {
  const size_t columns = (pixels - 1) * stride + width, pairs = (height + 1) / 2;
  const vf least = vf_set(depthwise->low), most = vf_set(depthwise->high);
  for (size_t c = 0; c < depthwise->channels; c += PAIR_BLOCK) {
    const __mmask32 mask = bf16_block_mask(depthwise->channels - c);
    vf lower[4], upper[4];
    _Pragma("clang loop unroll(full)")
    for (size_t p = 0; p < pixels; p++) {
      lower[p] = _mm512_castsi512_ps(weights[0]);
      upper[p] = _mm512_castsi512_ps(weights[1]);
    }
    weights += 2;
    _Pragma("clang loop unroll(full)")
    for (size_t pair = 0; pair < pairs; pair++) {
      const uint16_t *const *row = table + 2 * pair * columns;
      _Pragma("clang loop unroll(full)")
      for (size_t column = 0; column < columns; column++) {
        __m512i first = _mm512_maskz_loadu_epi16(mask, row[column] + c);
        __m512i second = 2 * pair + 1 < height
          ? _mm512_maskz_loadu_epi16(mask, row[columns + column] + c) : _mm512_setzero_si512();
        const bf16_block value = bf16_interleave(first, second);
        _Pragma("clang loop unroll(full)")
        for (size_t p = 0; p < pixels; p++) {
          if (column < p * stride || column >= p * stride + width) continue;
          const __m512i *weight = weights + 2 * (pair * width + column - p * stride);
          lower[p] = vf_pair_dot(lower[p], value.lower, weight[0]);
          upper[p] = vf_pair_dot(upper[p], value.upper, weight[1]);
        }
      }
    }
    weights += 2 * pairs * width;
    _Pragma("clang loop unroll(full)")
    for (size_t p = 0; p < pixels; p++) {
      bf16_block_store(y + p * depthwise->y_stride + c, mask, lower[p], upper[p], least, most);
    }
  }
}

typedef void bf16_pairs_function(
  const lamina_f32_depthwise *depthwise, const __m512i *weights, const uint16_t *const *table,
  uint16_t *y);

#define BF16_PAIRS(size, stride, pixels)                                                    \
  static LAMINA_TARGET void bf16_pairs_##size##_stride_##stride##_by_##pixels(              \
    const lamina_f32_depthwise *depthwise, const __m512i *weights,                          \
    const uint16_t *const *table, uint16_t *y) {                                            \
    bf16_pairs_group(pixels, size, size, stride, depthwise, weights, table, y);             \
  }

BF16_PAIRS(3, 1, 1)
BF16_PAIRS(3, 1, 4)
BF16_PAIRS(3, 2, 4)
BF16_PAIRS(5, 1, 1)
BF16_PAIRS(5, 1, 4)
BF16_PAIRS(5, 2, 4)
#undef BF16_PAIRS

/// The functions for one and for four pixels of a window.
typedef struct bf16_pairs {
  bf16_pairs_function *one, *four;
} bf16_pairs;

static bf16_pairs bf16_pairs_choose(const lamina_window *window) {
  const bool near = window->stride_x == 1;
  if (window->dilation_x != 1 || window->stride_x > 2) return (bf16_pairs){NULL, NULL};
  if (window->kernel_height == 3 && window->kernel_width == 3) {
    return (bf16_pairs){
      bf16_pairs_3_stride_1_by_1, near ? bf16_pairs_3_stride_1_by_4 : bf16_pairs_3_stride_2_by_4};
  }
  if (window->kernel_height == 5 && window->kernel_width == 5) {
    return (bf16_pairs){
      bf16_pairs_5_stride_1_by_1, near ? bf16_pairs_5_stride_1_by_4 : bf16_pairs_5_stride_2_by_4};
  }
  return (bf16_pairs){NULL, NULL};
}

LAMINA_TARGET void LAMINA_KERNEL(bf16_depthwise)(
  const lamina_f32_depthwise *depthwise, const uint16_t *x, uint16_t *y, void *scratch,
  size_t begin, size_t end) {
  const lamina_window *window = depthwise->window;
  const bf16_pairs pairs = bf16_pairs_choose(window);
  if (!pairs.one) return FLOAT_DEPTHWISE(depthwise, x, y, scratch, begin, end);
  const size_t width = window->kernel_width;
  const uint16_t **table = scratch;
  size_t addresses = window->kernel_height * (3 * window->stride_x + width) * sizeof *table;
  __m512i *weights = (__m512i *)((uint8_t *)scratch + (addresses + 63) / 64 * 64);
  bf16_pairs_pack(depthwise, window->kernel_height, width, weights);
  for (size_t row = begin; row < end; row++) {
    lamina_place place = {.image = row / window->out_height, .y = row % window->out_height};
    uint16_t *first = y + row * window->out_width * depthwise->y_stride;
    while (place.x < window->out_width) {
      const size_t pixels = window->out_width - place.x >= 4 ? 4 : 1;
      const size_t columns = (pixels - 1) * window->stride_x + width;
      bf16_depthwise_columns(depthwise, (const uint8_t *)x, place, columns, table);
      uint16_t *to = first + place.x * depthwise->y_stride;
      (pixels == 4 ? pairs.four : pairs.one)(depthwise, weights, table, to);
      place.x += pixels;
    }
    if (depthwise->activation != lamina_unary_identity) {
      bf16_depthwise_activate(depthwise, first);
    }
  }
}
#undef PAIR_BLOCK

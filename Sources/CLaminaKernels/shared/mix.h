// Resizing by neighbours: pixels of a line, then lines.

LAMINA_TARGET void LAMINA_KERNEL(f32_mix_pixels)(
  const float *x, const lamina_mix_place *places, size_t pixels, size_t channels, float *y) {
  if (channels < LANES) {
    for (size_t i = 0; i < pixels; i++) {
      const float *low = x + places[i].low, *high = x + places[i].high;
      const float weight = places[i].weight, rest = 1 - weight;
      for (size_t c = 0; c < channels; c++) *y++ = rest * low[c] + weight * high[c];
    }
    return;
  }
  for (size_t i = 0; i < pixels; i++, y += channels) {
    const float *low = x + places[i].low, *high = x + places[i].high;
    const vf weight = vf_set(places[i].weight), rest = vf_set(1 - places[i].weight);
    for (size_t c = 0; c < channels; c += LANES) {
      // The last vector overlaps the one before it.
      const size_t at = c + LANES <= channels ? c : channels - LANES;
      vf_store(y + at, vf_fma(vf_load(high + at), weight, vf_mul(vf_load(low + at), rest)));
    }
  }
}

LAMINA_TARGET void LAMINA_KERNEL(f32_mix_lines)(
  const float *a, const float *b, float weight, float *y, size_t count) {
  const vf lower = vf_set(weight), upper = vf_set(1 - weight);
  size_t i = 0;
  for (; i + LANES <= count; i += LANES) {
    vf_store(y + i, vf_fma(vf_load(b + i), lower, vf_mul(vf_load(a + i), upper)));
  }
  for (; i < count; i++) y[i] = (1 - weight) * a[i] + weight * b[i];
}

/// The upper half of a product, for which there is an instruction.
LAMINA_INLINE int16_t x16_upper(int16_t a, int16_t b) {
  return (int16_t)((int32_t)a * b >> 16);
}

/// (1 − part) · a + part · b in 1/64; a whole number shifted by 7, times 1/32768, loses 16 bits.
LAMINA_INLINE int16_t x8_mix(uint8_t a, uint8_t b, int16_t part) {
  return (int16_t)(a << 6) + x16_upper((int16_t)((b - a) * 128), part);
}

typedef uint8_t x8_mix_bytes __attribute__((vector_size(8), aligned(1)));
typedef int16_t x8_mix_shorts __attribute__((vector_size(16), aligned(2)));

LAMINA_INLINE void x8_mix_eight(
  const uint8_t *low, const uint8_t *high, int16_t part, uint8_t flip, int16_t *y) {
  const x8_mix_bytes flips = (x8_mix_bytes){0} + flip;
  const x8_mix_bytes first = *(const x8_mix_bytes *)low ^ flips;
  const x8_mix_bytes second = *(const x8_mix_bytes *)high ^ flips;
  const x8_mix_shorts a = __builtin_convertvector(first, x8_mix_shorts);
  const x8_mix_shorts b = __builtin_convertvector(second, x8_mix_shorts);
  int16_t distances[8], shares[8];
  *(x8_mix_shorts *)distances = (b - a) * 128;
  for (size_t l = 0; l < 8; l++) shares[l] = x16_upper(distances[l], part);
  *(x8_mix_shorts *)y = (a << 6) + *(const x8_mix_shorts *)shares;
}

LAMINA_TARGET void LAMINA_KERNEL(x8_mix_pixels)(
  const uint8_t *x, const lamina_mix_place *places, size_t pixels, size_t channels, uint8_t flip,
  int16_t *y) {
  for (size_t i = 0; i < pixels; i++, y += channels) {
    const uint8_t *low = x + places[i].low, *high = x + places[i].high;
    const int16_t part = (int16_t)places[i].part;
    if (channels < 8) {
      for (size_t c = 0; c < channels; c++) y[c] = x8_mix(low[c] ^ flip, high[c] ^ flip, part);
      continue;
    }
    for (size_t c = 0; c < channels; c += 8) {
      // The last vector overlaps the one before it.
      const size_t at = c + 8 <= channels ? c : channels - 8;
      x8_mix_eight(low + at, high + at, part, flip, y + at);
    }
  }
}

/// Quanta above the zero point, in 1/64, to the nearest whole one.
LAMINA_INLINE int16_t x8_mix_round(int16_t quanta, const bool to_even) {
  const int16_t half = to_even ? 31 + (quanta >> 6 & 1) : 32 - (quanta < 0);
  return (int16_t)(quanta + half) >> 6;
}

LAMINA_INLINE void x8_mix_codes(
  const int16_t *restrict a, const int16_t *restrict b, int16_t part, const bool to_even,
  int16_t zero, uint8_t flip, uint8_t *restrict y, size_t count) {
  for (size_t i = 0; i < count; i++) {
    const int16_t distance = (int16_t)((b[i] - a[i]) * 2);
    const int16_t quanta = (int16_t)(a[i] + x16_upper(distance, part) - (int16_t)(zero << 6));
    y[i] = (uint8_t)(x8_mix_round(quanta, to_even) + zero) ^ flip;
  }
}

LAMINA_TARGET void LAMINA_KERNEL(x8_mix_lines)(
  const int16_t *a, const int16_t *b, int32_t part, const lamina_x8_rounding *rounding,
  uint8_t *y, size_t count) {
  const int16_t share = (int16_t)part, zero = rounding->zero;
  const uint8_t flip = rounding->flip;
  if (rounding->to_even) return x8_mix_codes(a, b, share, true, zero, flip, y, count);
  x8_mix_codes(a, b, share, false, zero, flip, y, count);
}

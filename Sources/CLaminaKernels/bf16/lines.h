// Element-wise functions of bfloat16, and conversions: in float32, a piece at a time.

/// Elements that are widened at once; they stay in the first-level cache.
#define BF16_PIECE 512

LAMINA_TARGET void LAMINA_KERNEL(bf16_widen)(const uint16_t *x, float *y, size_t count) {
  size_t i = 0;
  for (; i + LANES <= count; i += LANES) vf_store(y + i, vf_load_brain(x + i));
  if (i < count) vf_store_n(y + i, vf_load_brain_n(x + i, count - i), count - i);
}

LAMINA_TARGET void LAMINA_KERNEL(bf16_narrow)(const float *x, uint16_t *y, size_t count) {
  size_t i = 0;
  for (; i + LANES <= count; i += LANES) vf_store_brain(y + i, vf_load(x + i));
  if (i < count) vf_store_brain_n(y + i, vf_load_n(x + i, count - i), count - i);
}

LAMINA_TARGET void LAMINA_KERNEL(bf16_unary)(
  lamina_unary function, const uint16_t *x, uint16_t *y, size_t count, float alpha, float beta) {
  float piece[BF16_PIECE];
  for (size_t i = 0; i < count; i += BF16_PIECE) {
    size_t n = count - i < BF16_PIECE ? count - i : BF16_PIECE;
    LAMINA_KERNEL(bf16_widen)(x + i, piece, n);
    LAMINA_KERNEL(f32_unary)(function, piece, piece, n, alpha, beta);
    LAMINA_KERNEL(bf16_narrow)(piece, y + i, n);
  }
}

/// One line of a pairing, `count` long.
LAMINA_INLINE void bf16_binary_line(
  lamina_binary function, const lamina_pairing *shape, const uint16_t *a, const uint16_t *b,
  uint16_t *y, size_t count) {
  float first[BF16_PIECE], second[BF16_PIECE];
  lamina_pairing part = {
    .outer = 1, .a_inner = shape->a_inner, .b_inner = shape->b_inner, .low = shape->low,
    .high = shape->high};
  for (size_t i = 0; i < count; i += BF16_PIECE) {
    part.inner = count - i < BF16_PIECE ? count - i : BF16_PIECE;
    LAMINA_KERNEL(bf16_widen)(a + i * part.a_inner, first, part.a_inner ? part.inner : 1);
    LAMINA_KERNEL(bf16_widen)(b + i * part.b_inner, second, part.b_inner ? part.inner : 1);
    float *to = part.a_inner ? first : second;
    LAMINA_KERNEL(f32_binary)(function, &part, first, second, to);
    LAMINA_KERNEL(bf16_narrow)(to, y + i, part.inner);
  }
}

LAMINA_TARGET void LAMINA_KERNEL(bf16_binary)(
  lamina_binary function, const lamina_pairing *shape, const uint16_t *a, const uint16_t *b,
  uint16_t *y) {
  for (size_t r = 0; r < shape->outer; r++) {
    bf16_binary_line(function, shape, a, b, y, shape->inner);
    a += shape->a_outer;
    b += shape->b_outer;
    y += shape->y_outer;
  }
}
#undef BF16_PIECE

// Copies and sums of bytes where the compiler's vector code will do.

/// Copies bytes.
LAMINA_INLINE void copy_bytes(uint8_t *to, const uint8_t *from, size_t count) {
  for (size_t i = 0; i < count; i++) to[i] = from[i];
}

/// The sum of bytes, each with the bits of `lift` flipped.
LAMINA_INLINE int32_t sum_bytes(const uint8_t *p, size_t count, uint8_t lift) {
  int32_t sum = 0;
  for (size_t i = 0; i < count; i++) sum += (uint8_t)(p[i] ^ lift);
  return sum;
}

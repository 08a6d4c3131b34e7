// Copies and sums of bytes where the compiler's vector code will do.

/// Copies bytes.
LAMINA_INLINE void copy_bytes(uint8_t *to, const uint8_t *from, size_t count) {
  for (size_t i = 0; i < count; i++) to[i] = from[i];
}

/// The sum of the bytes of some runs, each with the bits of `lift` flipped; the addresses of runs
/// are `spacing` apart.
LAMINA_INLINE int32_t sum_runs(
  const uint8_t *const *runs, size_t count, size_t spacing, size_t length, uint8_t lift) {
  int32_t sum = 0;
  for (size_t r = 0; r < count; r++) {
    const uint8_t *p = runs[r * spacing];
    for (size_t i = 0; i < length; i++) sum += (uint8_t)(p[i] ^ lift);
  }
  return sum;
}

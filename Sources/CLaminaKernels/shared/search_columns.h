// The winner's place along the first of two axes, for many columns at once.
//
// The including file defines SEARCHED_NAME, SEARCHED_KEY, SEARCHED_PLACE, SEARCHED_STORED and
// SEARCHED_LIFT(element, search), which makes a key of a stored element: the largest wins.

/// Columns whose keys and places stay in the first-level cache.
#define SEARCHED_COLUMNS 1024

LAMINA_INLINE void SEARCHED_NAME(
  const lamina_search *search, const bool last, const SEARCHED_STORED *x, void *y, size_t line,
  size_t count) {
  SEARCHED_KEY best[SEARCHED_COLUMNS];
  SEARCHED_PLACE places[SEARCHED_COLUMNS];
  const lamina_search held = *search;
  for (size_t i = 0; i < count; i++) {
    best[i] = SEARCHED_LIFT(x[i], held);
    places[i] = 0;
  }
  for (size_t r = 1; r < held.length; r++) {
    const SEARCHED_STORED *row = x + r * held.inner;
    for (size_t i = 0; i < count; i++) {
      const SEARCHED_KEY key = SEARCHED_LIFT(row[i], held), old = best[i];
      const bool wins = last ? key >= old : key > old;
      best[i] = key > old ? key : old;
      places[i] = wins ? (SEARCHED_PLACE)r : places[i];
    }
  }
  if (held.is_wide) {
    int64_t *to = (int64_t *)y + line;
    for (size_t i = 0; i < count; i++) to[i] = places[i];
  } else {
    int32_t *to = (int32_t *)y + line;
    for (size_t i = 0; i < count; i++) to[i] = places[i];
  }
}
#undef SEARCHED_NAME
#undef SEARCHED_KEY
#undef SEARCHED_PLACE
#undef SEARCHED_STORED
#undef SEARCHED_LIFT

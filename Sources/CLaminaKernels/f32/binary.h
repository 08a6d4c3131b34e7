// Element-wise functions of two float32 operands, each whole, repeated along lines, or one value.

typedef vf f32_pair_function(vf a, vf b);

LAMINA_INLINE vf f32_pair_add(vf a, vf b) { return vf_add(a, b); }
LAMINA_INLINE vf f32_pair_subtract(vf a, vf b) { return vf_sub(a, b); }
LAMINA_INLINE vf f32_pair_multiply(vf a, vf b) { return vf_mul(a, b); }
LAMINA_INLINE vf f32_pair_divide(vf a, vf b) { return vf_div(a, b); }
LAMINA_INLINE vf f32_pair_minimum(vf a, vf b) { return vf_where_nan(a, a, vf_min(a, b)); }
LAMINA_INLINE vf f32_pair_maximum(vf a, vf b) { return vf_where_nan(a, a, vf_max(a, b)); }
LAMINA_INLINE vf f32_pair_squared_difference(vf a, vf b) {
  vf difference = vf_sub(a, b);
  return vf_mul(difference, difference);
}
LAMINA_INLINE vf f32_pair_prelu(vf a, vf b) {
  return vf_where_less(a, vf_set(0), vf_mul(a, b), a);
}

/// One operand of a line: the next elements, or the same value again.
LAMINA_INLINE vf f32_operand(const float *line, bool steps, vf value, size_t i, size_t count) {
  if (!steps) return value;
  return count == LANES ? vf_load(line + i) : vf_load_n(line + i, count);
}

LAMINA_INLINE void f32_pair_lines(
  f32_pair_function *function, bool a_steps, bool b_steps, const lamina_pairing *shape,
  const float *a, const float *b, float *y) {
  vf low = vf_set(shape->low), high = vf_set(shape->high);
  for (size_t r = 0; r < shape->outer; r++) {
    // Read once: under a mask without a lane, a page that nobody touched is slow each time.
    vf a_value = vf_set(*a), b_value = vf_set(*b);
    size_t i = 0;
    for (; i + LANES <= shape->inner; i += LANES) {
      vf value = function(
        f32_operand(a, a_steps, a_value, i, LANES), f32_operand(b, b_steps, b_value, i, LANES));
      vf_store(y + i, vf_min(high, vf_max(low, value)));
    }
    if (i < shape->inner) {
      size_t rest = shape->inner - i;
      vf value = function(
        f32_operand(a, a_steps, a_value, i, rest), f32_operand(b, b_steps, b_value, i, rest));
      vf_store_n(y + i, vf_min(high, vf_max(low, value)), rest);
    }
    a += shape->a_outer;
    b += shape->b_outer;
    y += shape->y_outer;
  }
}

LAMINA_INLINE void f32_pair(
  f32_pair_function *function, const lamina_pairing *shape, const float *a, const float *b,
  float *y) {
  if (shape->inner == 0) return;
  if (shape->a_inner && shape->b_inner) {
    f32_pair_lines(function, true, true, shape, a, b, y);
  } else if (shape->a_inner) {
    f32_pair_lines(function, true, false, shape, a, b, y);
  } else if (shape->b_inner) {
    f32_pair_lines(function, false, true, shape, a, b, y);
  } else {
    f32_pair_lines(function, false, false, shape, a, b, y);
  }
}

/// Powers have few users: the C library's.
static LAMINA_TARGET void f32_pair_power(
  const lamina_pairing *shape, const float *a, const float *b, float *y) {
  for (size_t r = 0; r < shape->outer; r++) {
    for (size_t i = 0; i < shape->inner; i++) {
      float value = powf(a[i * shape->a_inner], b[i * shape->b_inner]);
      value = value < shape->low ? shape->low : value;
      y[i] = value > shape->high ? shape->high : value;
    }
    a += shape->a_outer;
    b += shape->b_outer;
    y += shape->y_outer;
  }
}

#define F32_BINARY_CASE(stem) \
  case lamina_binary_##stem:  \
    f32_pair(f32_pair_##stem, shape, a, b, y); \
    break;

LAMINA_TARGET void LAMINA_KERNEL(f32_binary)(
  lamina_binary function, const lamina_pairing *shape, const float *a, const float *b, float *y) {
  switch (function) {
    F32_BINARY_CASE(add)
    F32_BINARY_CASE(subtract)
    F32_BINARY_CASE(multiply)
    F32_BINARY_CASE(divide)
    F32_BINARY_CASE(minimum)
    F32_BINARY_CASE(maximum)
    F32_BINARY_CASE(squared_difference)
    F32_BINARY_CASE(prelu)
    case lamina_binary_power:
      f32_pair_power(shape, a, b, y);
      break;
  }
}
#undef F32_BINARY_CASE

LAMINA_TARGET void LAMINA_KERNEL(f32_scale_shift)(
  const float *x, const float *scale, const float *shift, float *y, size_t pixels,
  size_t channels, float low, float high) {
  vf least = vf_set(low), most = vf_set(high);
  for (size_t p = 0; p < pixels; p++, x += channels, y += channels) {
    size_t c = 0;
    for (; c + LANES <= channels; c += LANES) {
      vf value = vf_fma(vf_load(x + c), vf_load(scale + c), vf_load(shift + c));
      vf_store(y + c, vf_min(most, vf_max(least, value)));
    }
    if (c < channels) {
      size_t rest = channels - c;
      vf value =
        vf_fma(vf_load_n(x + c, rest), vf_load_n(scale + c, rest), vf_load_n(shift + c, rest));
      vf_store_n(y + c, vf_min(most, vf_max(least, value)), rest);
    }
  }
}

LAMINA_TARGET void LAMINA_KERNEL(f32_mix)(
  const float *a, const float *b, const float *c, const float *d, float u, float v, float *y,
  size_t count) {
  vf right = vf_set(u), left = vf_set(1 - u), lower = vf_set(v), upper = vf_set(1 - v);
  for (size_t i = 0; i < count; i += LANES) {
    size_t n = count - i < LANES ? count - i : LANES;
    vf top = vf_fma(vf_load_n(b + i, n), right, vf_mul(vf_load_n(a + i, n), left));
    vf bottom = vf_fma(vf_load_n(d + i, n), right, vf_mul(vf_load_n(c + i, n), left));
    vf_store_n(y + i, vf_fma(bottom, lower, vf_mul(top, upper)), n);
  }
}

// Element-wise functions of one float32 operand.

#include <math.h>

/// What a lane function may use besides its operand.
typedef struct f32_parameters {
  vf alpha, beta;
} f32_parameters;

typedef vf f32_lane_function(vf x, f32_parameters p);

LAMINA_INLINE vf f32_identity(vf x, f32_parameters p) { return x; }
LAMINA_INLINE vf f32_clip(vf x, f32_parameters p) { return vf_min(p.beta, vf_max(p.alpha, x)); }
LAMINA_INLINE vf f32_leaky_relu(vf x, f32_parameters p) {
  return vf_where_less(x, vf_set(0), vf_mul(p.alpha, x), x);
}
LAMINA_INLINE vf f32_hard_sigmoid(vf x, f32_parameters p) {
  return vf_min(vf_set(1), vf_max(vf_set(0), vf_fma(p.alpha, x, p.beta)));
}
LAMINA_INLINE vf f32_hard_swish(vf x, f32_parameters p) {
  return vf_mul(x, f32_hard_sigmoid(x, p));
}
LAMINA_INLINE vf f32_sigmoid(vf x, f32_parameters p) { return vf_sigmoid(x); }
LAMINA_INLINE vf f32_silu(vf x, f32_parameters p) {
  return vf_mul(x, vf_sigmoid(vf_mul(p.alpha, x)));
}
LAMINA_INLINE vf f32_tanh(vf x, f32_parameters p) { return vf_tanh(x); }
LAMINA_INLINE vf f32_exp(vf x, f32_parameters p) { return vf_exp(x); }
LAMINA_INLINE vf f32_erf(vf x, f32_parameters p) { return vf_erf(x); }
LAMINA_INLINE vf f32_gelu(vf x, f32_parameters p) {
  vf half = vf_mul(vf_set(0.5f), x);
  return vf_fma(half, vf_erf(vf_mul(x, vf_set(0.70710678f))), half);
}
LAMINA_INLINE vf f32_gelu_tanh(vf x, f32_parameters p) {
  vf half = vf_mul(vf_set(0.5f), x);
  vf cube = vf_mul(vf_mul(x, x), x);
  vf inner = vf_mul(vf_set(0.79788456f), vf_fma(vf_set(0.044715f), cube, x));
  return vf_fma(half, vf_tanh(inner), half);
}
LAMINA_INLINE vf f32_elu(vf x, f32_parameters p) {
  return vf_where_less(x, vf_set(0), vf_mul(p.alpha, vf_expm1(x)), vf_mul(p.beta, x));
}
/// With e = exp(x), tanh(ln(1 + e)) = n / (n + 2) for n = e · (e + 2); from 20 on that is 1.
LAMINA_INLINE vf f32_mish(vf x, f32_parameters p) {
  vf power = vf_exp(vf_min(vf_set(20), x));
  vf n = vf_mul(power, vf_add(power, vf_set(2)));
  return vf_mul(x, vf_div(n, vf_add(n, vf_set(2))));
}
/// With t = exp(−|x|), ln(1 + exp(x)) = max(x, 0) + 2 · artanh(s) for s = t / (t + 2), up to a third.
LAMINA_INLINE vf f32_softplus(vf x, f32_parameters p) {
  x = vf_mul(p.alpha, x);
  vf t = vf_exp(vf_sub(vf_set(0), vf_abs(x)));
  vf s = vf_div(t, vf_add(t, vf_set(2)));
  vf u = vf_mul(s, s);
  vf q = vf_set(0x1.2055eep-3f);
  q = vf_fma(q, u, vf_set(0x1.1e5cfcp-3f));
  q = vf_fma(q, u, vf_set(0x1.99da14p-3f));
  q = vf_fma(q, u, vf_set(0x1.5554e2p-2f));
  vf twice = vf_add(s, s);
  vf y = vf_add(vf_max(vf_set(0), x), vf_fma(vf_mul(q, u), twice, twice));
  return vf_mul(p.alpha, vf_where_nan(x, x, y));
}
LAMINA_INLINE vf f32_sqrt(vf x, f32_parameters p) { return vf_sqrt(x); }
LAMINA_INLINE vf f32_reciprocal_sqrt(vf x, f32_parameters p) {
  return vf_div(vf_set(1), vf_sqrt(x));
}
LAMINA_INLINE vf f32_abs(vf x, f32_parameters p) { return vf_abs(x); }
LAMINA_INLINE vf f32_negate(vf x, f32_parameters p) { return vf_mul(vf_set(-1), x); }
LAMINA_INLINE vf f32_square(vf x, f32_parameters p) { return vf_mul(x, x); }
LAMINA_INLINE vf f32_reciprocal(vf x, f32_parameters p) { return vf_div(vf_set(1), x); }
LAMINA_INLINE vf f32_floor(vf x, f32_parameters p) { return vf_floor(x); }
LAMINA_INLINE vf f32_ceil(vf x, f32_parameters p) { return vf_ceil(x); }
LAMINA_INLINE vf f32_round(vf x, f32_parameters p) { return vf_round(x); }
LAMINA_INLINE vf f32_linear(vf x, f32_parameters p) { return vf_fma(p.alpha, x, p.beta); }

/// Applies a function known at compile time to a run of elements.
LAMINA_INLINE void f32_apply(
  f32_lane_function *function, const float *x, float *y, size_t count, f32_parameters p) {
  size_t i = 0;
  for (; i + LANES <= count; i += LANES) vf_store(y + i, function(vf_load(x + i), p));
  if (i < count) vf_store_n(y + i, function(vf_load_n(x + i, count - i), p), count - i);
}

LAMINA_INLINE vf f32_sin(vf x, f32_parameters p) { return vf_sin(x); }
LAMINA_INLINE vf f32_cos(vf x, f32_parameters p) { return vf_cos(x); }

/// A sine or cosine; groups with elements that are too large take the C library's.
LAMINA_INLINE void f32_apply_wave(
  f32_lane_function *function, float (*exact)(float), const float *x, float *y, size_t count) {
  f32_parameters none = {vf_set(0), vf_set(0)};
  for (size_t i = 0; i < count; i += LANES) {
    size_t n = count - i < LANES ? count - i : LANES;
    vf values = vf_load_n(x + i, n);
    vf is_large = vf_where_less(vf_abs(values), vf_set(WAVE_LIMIT), vf_set(0), vf_set(1));
    if (vf_largest(is_large) == 0) {
      vf_store_n(y + i, function(values, none), n);
    } else {
      for (size_t l = i; l < i + n; l++) y[l] = exact(x[l]);
    }
  }
}

/// The logarithm has few users: the C library's.
static LAMINA_TARGET void f32_apply_log(const float *x, float *y, size_t count) {
  for (size_t i = 0; i < count; i++) y[i] = logf(x[i]);
}

#define F32_UNARY_CASE(stem) \
  case lamina_unary_##stem:  \
    f32_apply(f32_##stem, x, y, count, p); \
    break;

LAMINA_TARGET void LAMINA_KERNEL(f32_unary)(
  lamina_unary function, const float *x, float *y, size_t count, float alpha, float beta) {
  f32_parameters p = {vf_set(alpha), vf_set(beta)};
  switch (function) {
    F32_UNARY_CASE(identity)
    F32_UNARY_CASE(clip)
    F32_UNARY_CASE(leaky_relu)
    F32_UNARY_CASE(hard_sigmoid)
    F32_UNARY_CASE(hard_swish)
    F32_UNARY_CASE(sigmoid)
    F32_UNARY_CASE(silu)
    F32_UNARY_CASE(tanh)
    F32_UNARY_CASE(exp)
    F32_UNARY_CASE(erf)
    F32_UNARY_CASE(gelu)
    F32_UNARY_CASE(gelu_tanh)
    F32_UNARY_CASE(elu)
    F32_UNARY_CASE(mish)
    F32_UNARY_CASE(softplus)
    F32_UNARY_CASE(sqrt)
    F32_UNARY_CASE(reciprocal_sqrt)
    F32_UNARY_CASE(abs)
    F32_UNARY_CASE(negate)
    F32_UNARY_CASE(square)
    F32_UNARY_CASE(reciprocal)
    F32_UNARY_CASE(floor)
    F32_UNARY_CASE(ceil)
    F32_UNARY_CASE(round)
    F32_UNARY_CASE(linear)
    case lamina_unary_log:
      f32_apply_log(x, y, count);
      break;
    case lamina_unary_sin:
      f32_apply_wave(f32_sin, sinf, x, y, count);
      break;
    case lamina_unary_cos:
      f32_apply_wave(f32_cos, cosf, x, y, count);
      break;
  }
}
#undef F32_UNARY_CASE

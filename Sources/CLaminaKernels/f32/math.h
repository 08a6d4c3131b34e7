// Elementary functions on lanes; bounds are stated where the kernels are declared.

/// exp(x): x = n·ln 2 + r, a polynomial in r, and a power of two.
LAMINA_INLINE vf vf_exp(vf x) {
  vf bounded = vf_min(vf_set(89.0f), vf_max(vf_set(-104.0f), x));
  vf n = vf_round(vf_mul(bounded, vf_set(0x1.715476p+0f)));
  vf r = vf_fma(n, vf_set(-0x1.62e400p-1f), bounded);
  r = vf_fma(n, vf_set(-0x1.7f7d1cp-20f), r);
  vf p = vf_set(0x1.6db42ap-10f);
  p = vf_fma(p, r, vf_set(0x1.123b56p-7f));
  p = vf_fma(p, r, vf_set(0x1.55545ep-5f));
  p = vf_fma(p, r, vf_set(0x1.55548ep-3f));
  p = vf_fma(p, r, vf_set(0x1p-1f));
  vf fraction = vf_fma(vf_mul(p, r), r, r);
  return vf_scale2(vf_add(fraction, vf_set(1)), n);
}

/// exp(x) − 1 with a small relative error near zero.
LAMINA_INLINE vf vf_expm1(vf x) {
  vf p = vf_set(0x1.6db42ap-10f);
  p = vf_fma(p, x, vf_set(0x1.123b56p-7f));
  p = vf_fma(p, x, vf_set(0x1.55545ep-5f));
  p = vf_fma(p, x, vf_set(0x1.55548ep-3f));
  p = vf_fma(p, x, vf_set(0x1p-1f));
  vf near = vf_fma(vf_mul(p, x), x, x);
  return vf_where_less(vf_abs(x), vf_set(0.34f), near, vf_sub(vf_exp(x), vf_set(1)));
}

LAMINA_INLINE vf vf_sigmoid(vf x) {
  vf power = vf_exp(vf_sub(vf_set(0), x));
  return vf_div(vf_set(1), vf_add(vf_set(1), power));
}

/// tanh(x): an odd polynomial near zero, 1 − 2/(exp(2x) + 1) elsewhere.
LAMINA_INLINE vf vf_tanh(vf x) {
  vf size = vf_abs(x);
  vf u = vf_mul(x, x);
  vf p = vf_set(-0x1.72fc46p-8f);
  p = vf_fma(p, u, vf_set(0x1.518b14p-6f));
  p = vf_fma(p, u, vf_set(-0x1.b8265cp-5f));
  p = vf_fma(p, u, vf_set(0x1.11068ep-3f));
  p = vf_fma(p, u, vf_set(-0x1.55553p-2f));
  vf near = vf_fma(vf_mul(p, u), x, x);
  vf power = vf_exp(vf_add(size, size));
  vf far = vf_sub(vf_set(1), vf_div(vf_set(2), vf_add(power, vf_set(1))));
  vf y = vf_where_less(size, vf_set(0.632f), near, vf_copysign(far, x));
  return vf_where_nan(x, x, y);
}

/// erf(x): an odd polynomial below one, 1 − exp(q(|x|)) above.
LAMINA_INLINE vf vf_erf(vf x) {
  vf u = vf_mul(x, x);
  vf p = vf_set(0x1.4ae4dp-14f);
  p = vf_fma(p, u, vf_set(-0x1.a485ecp-11f));
  p = vf_fma(p, u, vf_set(0x1.5419f6p-8f));
  p = vf_fma(p, u, vf_set(-0x1.b7fbb4p-6f));
  p = vf_fma(p, u, vf_set(0x1.ce2d2p-4f));
  p = vf_fma(p, u, vf_set(-0x1.81273ep-2f));
  p = vf_fma(p, u, vf_set(0x1.20dd74p+0f));
  vf near = vf_mul(p, x);
  vf size = vf_min(vf_set(4), vf_abs(x));
  vf q = vf_set(-0x1.6bd7e8p-16f);
  q = vf_fma(q, size, vf_set(0x1.cec604p-12f));
  q = vf_fma(q, size, vf_set(-0x1.138cbep-8f));
  q = vf_fma(q, size, vf_set(0x1.9d0304p-6f));
  q = vf_fma(q, size, vf_set(-0x1.bc1516p-4f));
  q = vf_fma(q, size, vf_set(-0x1.443566p-1f));
  q = vf_fma(q, size, vf_set(-0x1.212c0cp+0f));
  q = vf_fma(q, size, vf_set(0x1.8a5768p-13f));
  vf far = vf_copysign(vf_sub(vf_set(1), vf_exp(q)), x);
  vf y = vf_where_less(vf_abs(x), vf_set(1), near, far);
  return vf_where_nan(x, x, y);
}

/// Up to which size ``vf_wave`` is exact enough.
#define WAVE_LIMIT 8192.0f

/// sin(|x| + quarter · π/2) for |x| below the limit, quarter 0 or 1: |x| = n·π/2 + r with π/2 in
/// three parts, of which n times the first two is exact, then a polynomial in r.
LAMINA_INLINE vf vf_wave(vf x, float quarter) {
  vf size = vf_abs(x);
  vf n = vf_round(vf_mul(size, vf_set(0x1.45f306p-1f)));
  vf r = vf_fma(n, vf_set(-1.5703125f), size);
  r = vf_fma(n, vf_set(-4.837512969970703125e-4f), r);
  r = vf_fma(n, vf_set(-7.54978995489188216e-8f), r);
  vf u = vf_mul(r, r);
  vf s = vf_set(2.718311493989822e-6f);
  s = vf_fma(s, u, vf_set(-1.9839334836096632e-4f));
  s = vf_fma(s, u, vf_set(8.333329385889463e-3f));
  s = vf_fma(s, u, vf_set(-0.16666666641626524f));
  s = vf_fma(vf_mul(s, u), r, r);
  vf c = vf_set(2.44331571680e-5f);
  c = vf_fma(c, u, vf_set(-1.38873162550e-3f));
  c = vf_fma(c, u, vf_set(4.16666456459e-2f));
  c = vf_fma(vf_mul(c, u), u, vf_fma(vf_set(-0.5f), u, vf_set(1)));
  vf turn = vf_add(n, vf_set(quarter));
  vf place = vf_sub(turn, vf_mul(vf_set(4), vf_floor(vf_mul(turn, vf_set(0.25f)))));
  vf pair = vf_where_less(place, vf_set(2), place, vf_sub(place, vf_set(2)));
  vf y = vf_where_less(pair, vf_set(1), s, c);
  return vf_where_less(place, vf_set(2), y, vf_mul(y, vf_set(-1)));
}

LAMINA_INLINE vf vf_sin(vf x) {
  return vf_mul(vf_wave(x, 0), vf_copysign(vf_set(1), x));
}

LAMINA_INLINE vf vf_cos(vf x) { return vf_wave(x, 1); }

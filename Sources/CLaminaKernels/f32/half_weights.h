// Elements of float32 whose weights are 16-bit floats, for the product shared by all floats.

#undef FLOAT
#undef FLOAT_PRODUCT
#undef FLOAT_WEIGHT_BYTES
#undef FLOAT_SCALES

#define FLOAT(stem) f32_half_##stem
#define FLOAT_PRODUCT LAMINA_TILE(f32_half_product)
#define FLOAT_WEIGHT_BYTES 2
#define FLOAT_SCALES 0

LAMINA_INLINE vf f32_half_weights(const uint8_t *p) { return vf_load_half((const uint16_t *)p); }
#include "same_elements.h"

// Elements of float32 whose weights are signed bytes and a scale a column, for the product shared
// by all floats.

#undef FLOAT
#undef FLOAT_PRODUCT
#undef FLOAT_WEIGHT_BYTES
#undef FLOAT_SCALES

#define FLOAT(stem) f32_byte_##stem
#define FLOAT_PRODUCT LAMINA_TILE(f32_byte_product)
#define FLOAT_WEIGHT_BYTES 1
#define FLOAT_SCALES 1

LAMINA_INLINE vf f32_byte_weights(const uint8_t *p) { return vf_load_codes((const int8_t *)p); }
#include "same_elements.h"

#include "CLaminaModels.h"

// The files are embedded by the compiler (C23 #embed), by their place beside this source.

#pragma clang diagnostic ignored "-Wc23-extensions"

#if !defined(__has_embed)
#error "Lamina needs a compiler with C23 #embed: clang 19 or newer, as in Swift 6.1"
#endif

static const _Alignas(64) unsigned char digits_onnx[] = {
#embed "../../Models/digits/digits.onnx"
};

static const _Alignas(64) unsigned char digits_int8_tflite[] = {
#embed "../../Models/digits/digits-int8.tflite"
};

static const _Alignas(64) unsigned char digits_labels[] = {
#embed "../../Models/digits/labels.txt"
};

static const _Alignas(64) unsigned char digits_sample_3[] = {
#embed "../../Models/digits/samples/3.png"
};

static const _Alignas(64) unsigned char digits_sample_5[] = {
#embed "../../Models/digits/samples/5.png"
};

static const _Alignas(64) unsigned char digits_sample_8[] = {
#embed "../../Models/digits/samples/8.png"
};

static const lamina_bundled_file files[] = {
  {"digits/digits.onnx", digits_onnx, sizeof digits_onnx},
  {"digits/digits-int8.tflite", digits_int8_tflite, sizeof digits_int8_tflite},
  {"digits/labels.txt", digits_labels, sizeof digits_labels},
  {"digits/samples/3.png", digits_sample_3, sizeof digits_sample_3},
  {"digits/samples/5.png", digits_sample_5, sizeof digits_sample_5},
  {"digits/samples/8.png", digits_sample_8, sizeof digits_sample_8},
};

size_t lamina_bundled_file_count(void) {
  return sizeof files / sizeof files[0];
}

lamina_bundled_file lamina_bundled_file_at(size_t index) {
  return files[index < lamina_bundled_file_count() ? index : 0];
}

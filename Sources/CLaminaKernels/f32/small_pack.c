// Packing of weights that products widen as they read them.

#include "../include/lamina_small.h"
#include <string.h>

/// Bytes of widened panels that stay in the second-level cache, as those of `f32_product` do.
#define WIDE_BYTES 393216

size_t lamina_small_panel_bytes(
  lamina_small_store store, size_t taps, size_t depth, size_t width) {
  const size_t blocks = (depth + lamina_small_block - 1) / lamina_small_block;
  const size_t words = (depth + lamina_small_word - 1) / lamina_small_word;
  switch (store) {
    case lamina_small_half: return width * (4 + 2 * taps * depth);
    case lamina_small_byte: return width * (8 + taps * depth);
    case lamina_small_nibble: return width * 4 * (1 + taps * (blocks + words));
  }
  return 0;
}

size_t lamina_small_packed_bytes(
  lamina_small_store store, size_t taps, size_t depth, size_t columns, size_t lanes,
  size_t vectors) {
  const size_t width = lanes * vectors, rest = columns % width;
  size_t bytes = columns / width * lamina_small_panel_bytes(store, taps, depth, width);
  if (rest) {
    bytes += lamina_small_panel_bytes(store, taps, depth, rest <= lanes ? lanes : width);
  }
  return bytes;
}

size_t lamina_nibble_scratch(const lamina_f32_product *product, size_t lanes, size_t vectors) {
  const size_t width = lanes * vectors;
  const size_t panel = width * sizeof(float) * (1 + product->taps * product->depth);
  const size_t all = (product->columns + width - 1) / width;
  const size_t block = panel >= WIDE_BYTES ? 1 : WIDE_BYTES / panel;
  return ((block < all ? block : all) * panel + 63) / 64 * 64;
}

/// The columns that a panel has, and the width that they fill up.
typedef struct panel_columns {
  size_t first, count, width;
} panel_columns;

/// The address of an element of the first column of a panel.
static const char *element_at(
  const lamina_weights *weights, panel_columns panel, size_t tap, size_t k, size_t bytes) {
  ptrdiff_t offset = (ptrdiff_t)panel.first * weights->column_stride +
    (ptrdiff_t)(tap / weights->kernel_width) * weights->y_stride +
    (ptrdiff_t)(tap % weights->kernel_width) * weights->x_stride +
    (ptrdiff_t)k * weights->depth_stride;
  return (const char *)weights->data + offset * (ptrdiff_t)bytes;
}

/// Copies elements of `bytes` bytes, then zeros; returns the end.
static char *pack_row(
  const char *from, ptrdiff_t stride, panel_columns panel, size_t bytes, char *to) {
  for (size_t j = 0; j < panel.count; j++) {
    memcpy(to + j * bytes, from + (ptrdiff_t)j * stride * (ptrdiff_t)bytes, bytes);
  }
  memset(to + panel.count * bytes, 0, (panel.width - panel.count) * bytes);
  return to + panel.width * bytes;
}

/// One word a column of up to eight codes.
static char *pack_words(
  const lamina_weights *weights, panel_columns panel, size_t tap, size_t k, char *to) {
  size_t count = weights->depth - k < lamina_small_word ? weights->depth - k : lamina_small_word;
  for (size_t j = 0; j < panel.width; j++, to += sizeof(uint32_t)) {
    const char *first = element_at(weights, panel, tap, k, 1);
    const char *code = first + (ptrdiff_t)j * weights->column_stride;
    uint32_t word = 0;
    for (size_t i = 0; j < panel.count && i < count; i++, code += weights->depth_stride) {
      word |= ((uint32_t)*code & 15) << (4 * i);
    }
    memcpy(to, &word, sizeof word);
  }
  return to;
}

static char *pack_tap(
  lamina_small_store store, const lamina_weights *weights, const lamina_weights *scales,
  panel_columns panel, size_t tap, char *to) {
  const size_t bytes = store == lamina_small_half ? 2 : 1;
  if (store != lamina_small_nibble) {
    for (size_t k = 0; k < weights->depth; k++) {
      const char *from = element_at(weights, panel, tap, k, bytes);
      to = pack_row(from, weights->column_stride, panel, bytes, to);
    }
    return to;
  }
  for (size_t k = 0; k < weights->depth; k += lamina_small_word) {
    if (k % lamina_small_block == 0) {
      const char *from = element_at(scales, panel, tap, k / lamina_small_block, sizeof(float));
      to = pack_row(from, scales->column_stride, panel, sizeof(float), to);
    }
    to = pack_words(weights, panel, tap, k, to);
  }
  return to;
}

void lamina_small_pack(
  lamina_small_store store, const lamina_weights *weights, const lamina_weights *scales,
  const float *bias, size_t lanes, size_t vectors, void *panels) {
  const size_t width = lanes * vectors;
  char *to = panels;
  for (size_t column = 0; column < weights->columns; column += width) {
    const size_t rest = weights->columns - column;
    const panel_columns panel = {
      .first = column, .count = rest < width ? rest : width,
      .width = rest <= lanes ? lanes : width};
    const float none = 0;
    to = pack_row(
      (const char *)(bias ? bias + column : &none), bias ? 1 : 0, panel, sizeof(float), to);
    if (store == lamina_small_byte) {
      const char *from = element_at(scales, panel, 0, 0, sizeof(float));
      to = pack_row(from, scales->column_stride, panel, sizeof(float), to);
    }
    for (size_t tap = 0; tap < weights->kernel_height * weights->kernel_width; tap++) {
      to = pack_tap(store, weights, scales, panel, tap, to);
    }
  }
}

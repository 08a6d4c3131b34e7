// The model files that travel inside the program, so that it opens something real anywhere.

#ifndef CLAMINA_MODELS_H
#define CLAMINA_MODELS_H

#include <stddef.h>

/// One file of the folder Models, as it is in the repository.
typedef struct {
  /// Its path below Models, such as "digits/digits.onnx"; a constant string.
  const char *_Nonnull path;
  /// Its content, aligned to 64 bytes and constant for the life of the program.
  const unsigned char *_Nonnull bytes;
  /// How many bytes there are; never 0.
  size_t count;
} lamina_bundled_file;

/// Returns how many files are bundled.
size_t lamina_bundled_file_count(void);

/// Returns the bundled file at `index`, from 0 to the count - 1; the first file for any other.
lamina_bundled_file lamina_bundled_file_at(size_t index);

#endif

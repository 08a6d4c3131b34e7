#ifndef LAMINA_WINDOW_H
#define LAMINA_WINDOW_H

#include <stddef.h>
#include <stdbool.h>
#include <stdint.h>

/// How a kernel of `kernel_height` × `kernel_width` taps moves over a channels-last image.
///
/// Output pixels are numbered over all images, row by row. Tap (ky, kx) of output pixel (y, x)
/// reads input pixel (y · stride_y + ky · dilation_y − top, x · stride_x + kx · dilation_x − left)
/// or, outside the image, the padding.
typedef struct lamina_window {
  size_t height, width;
  size_t out_height, out_width;
  size_t kernel_height, kernel_width;
  size_t stride_y, stride_x;
  size_t dilation_y, dilation_x;
  ptrdiff_t top, left;
  /// Bytes from one input pixel to the next; rows and images follow without a gap.
  size_t pixel_bytes;
} lamina_window;

/// Where the weights of a convolution or matrix product lie: any layout, given by its strides.
typedef struct lamina_weights {
  const void *_Nonnull data;
  size_t kernel_height, kernel_width, depth, columns;
  /// In elements.
  ptrdiff_t y_stride, x_stride, depth_stride, column_stride;
} lamina_weights;

#endif

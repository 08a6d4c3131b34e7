// Makes libwebp's decoder importable from Swift.
#include <webp/decode.h>

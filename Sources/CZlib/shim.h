// Makes zlib importable from Swift.
#include <zlib.h>

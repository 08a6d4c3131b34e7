// Makes libpng's simplified interface importable from Swift. It reports errors in the
// `png_image` itself, so that no `longjmp` ever crosses a Swift frame.
#include <png.h>

// Makes OpenJPEG's decoder importable from Swift.
#include <openjpeg.h>

// Makes libjpeg-turbo's TurboJPEG interface importable from Swift.
#include <turbojpeg.h>

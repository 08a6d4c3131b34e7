#include "CNcurses.h"

#include <curses.h>
#include <term.h>

bool lamina_terminfo_open(int fd) {
  int error = 0;
  return setupterm(NULL, fd, &error) == OK;
}

const char *lamina_terminfo_string(const char *name) {
  char *value = tigetstr((char *)name);
  return value == (char *)-1 ? NULL : value;
}

int lamina_terminfo_number(const char *name) {
  int value = tigetnum((char *)name);
  return value < 0 ? -1 : value;
}

const char *lamina_terminfo_expand(const char *capability, long first, long second) {
  return tparm((char *)capability, first, second, 0L, 0L, 0L, 0L, 0L, 0L, 0L);
}

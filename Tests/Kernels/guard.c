// Guarded memory, and what is said of those who touch what lies around it.

#include "guard.h"
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#if __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#else
#define ASAN_POISON_MEMORY_REGION(start, bytes) ((void)(start), (void)(bytes))
#define ASAN_UNPOISON_MEMORY_REGION(start, bytes) ((void)(start), (void)(bytes))
#endif

/// A case's pages, to be given back.
typedef struct pages {
  void *start;
  size_t bytes;
} pages;

static pages held[256];
static size_t held_count;

void give_back_memory(void) {
  for (; held_count; held_count--) {
    const pages last = held[held_count - 1];
    ASAN_UNPOISON_MEMORY_REGION(last.start, last.bytes);
    munmap(last.start, last.bytes);
  }
}

void *guarded_memory(size_t bytes, size_t alignment) {
  const size_t page = (size_t)sysconf(_SC_PAGESIZE);
  const size_t aligned = (bytes + alignment - 1) / alignment * alignment;
  const size_t inside = (aligned + page - 1) / page * page, all = inside + 2 * page;
  uint8_t *start = mmap(NULL, all, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (start == MAP_FAILED || held_count == sizeof held / sizeof held[0]) abort();
  held[held_count++] = (pages){start, all};
  if (inside) mprotect(start + page, inside, PROT_READ | PROT_WRITE);
  uint8_t *first = start + page + inside - aligned;
  ASAN_POISON_MEMORY_REGION(start, (size_t)(first - start));
  ASAN_POISON_MEMORY_REGION(first + bytes, (size_t)(start + all - first) - bytes);
  return first;
}

/// Says in which case the program ends.
static void tell(void) {
  static const char before[] = "it ends in the case ", after[] = "\n";
  const char *name = case_name();
  if (write(2, before, sizeof before - 1) < 0 || write(2, name, strlen(name)) < 0) return;
  if (write(2, after, sizeof after - 1) < 0) return;
}

#if __has_feature(address_sanitizer)
void name_crashes(void) { __sanitizer_set_death_callback(tell); }
#else
static void crash(int number) {
  (void)number;
  static const char what[] = "memory is touched that is not a kernel's own\n";
  if (write(2, what, sizeof what - 1) < 0) _exit(2);
  tell();
  _exit(1);
}

void name_crashes(void) {
  signal(SIGSEGV, crash);
  signal(SIGBUS, crash);
}
#endif

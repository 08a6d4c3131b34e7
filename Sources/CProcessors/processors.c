// The calls are extensions of the C library that its Swift module does not show.

#define _GNU_SOURCE
#include "include/processors.h"
#include <sched.h>
#include <string.h>

#define SET_BYTES (lamina_processor_words * sizeof(uint64_t))
_Static_assert(SET_BYTES == sizeof(cpu_set_t), "a set has as many words as the system's");

int lamina_current_processor(void) { return sched_getcpu(); }

int lamina_caller_processors(uint64_t *words) {
  return lamina_thread_processors(pthread_self(), words);
}

int lamina_thread_processors(pthread_t thread, uint64_t *words) {
  cpu_set_t set;
  int status = pthread_getaffinity_np(thread, sizeof set, &set);
  memcpy(words, &set, SET_BYTES);
  return status;
}

int lamina_bind_thread(pthread_t thread, const uint64_t *words) {
  cpu_set_t set;
  memcpy(&set, words, SET_BYTES);
  return pthread_setaffinity_np(thread, sizeof set, &set);
}

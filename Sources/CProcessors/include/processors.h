#ifndef LAMINA_PROCESSORS_H
#define LAMINA_PROCESSORS_H

#include <pthread.h>
#include <stdint.h>

// Which processors threads run on. Sets are bits, the lowest of the first word for processor 0.

/// Words of a set.
enum { lamina_processor_words = 16 };

/// The processor that the caller runs on; -1 where the system does not tell.
int lamina_current_processor(void);

/// Writes the set of processors that the caller may run on; 0 when done.
int lamina_caller_processors(uint64_t *_Nonnull words);

/// Writes the set of processors that a thread may run on; 0 when done.
int lamina_thread_processors(pthread_t thread, uint64_t *_Nonnull words);

/// Lets a thread run on the processors of a set only; 0 when done.
int lamina_bind_thread(pthread_t thread, const uint64_t *_Nonnull words);

/// Tells the processor that the caller waits in a loop: for some 30 ns the other hardware thread of
/// the core has all of it.
static inline void lamina_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_lfence();
#elif defined(__aarch64__)
  __asm__ volatile("isb");
#endif
}

#endif

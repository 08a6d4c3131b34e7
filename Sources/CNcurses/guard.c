#define _GNU_SOURCE
#include "CNcurses.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

enum { restore_limit = 1024, alternate_stack_size = 65536, longest_wait_ms = 100 };

static atomic_bool is_raw;
// The thread that writes to the terminal, 0 when none does.
static atomic_uintptr_t writer;
static bool is_installed;
static int terminal_fd = -1;
static int wake_fd = -1;
static struct termios saved_modes;
static uint8_t restore_bytes[restore_limit];
static size_t restore_count;
static struct sigaction previous[NSIG];
static uint8_t alternate_stack[alternate_stack_size];

// Deadly signals that others send, and those that the program brings upon itself.
static const int deadly[] = {SIGINT,  SIGTERM, SIGHUP,  SIGQUIT, SIGILL,
                             SIGTRAP, SIGSEGV, SIGABRT, SIGBUS,  SIGFPE};
static const int waking[] = {SIGWINCH, SIGCONT, SIGTSTP};
enum {
  deadly_count = sizeof deadly / sizeof deadly[0],
  waking_count = sizeof waking / sizeof waking[0]
};

// Waits until no other thread is in the middle of a write; safe in a signal handler.
static void await_writer(void) {
  const struct timespec millisecond = {.tv_nsec = 1000000};
  for (int waited = 0; waited < longest_wait_ms; waited += 1) {
    const uintptr_t thread = atomic_load(&writer);
    if (thread == 0 || thread == (uintptr_t)pthread_self()) return;
    nanosleep(&millisecond, NULL);
  }
}

// Writes the restoring bytes and sets the old modes; safe in a signal handler.
static void put_back(int when) {
  if (!atomic_exchange(&is_raw, false)) return;
  await_writer();
  size_t written = 0;
  while (written < restore_count) {
    ssize_t count = write(terminal_fd, restore_bytes + written, restore_count - written);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    written += (size_t)count;
  }
  tcsetattr(terminal_fd, when, &saved_modes);
}

static int set_raw(void) {
  struct termios raw = saved_modes;
  raw.c_iflag &= ~(tcflag_t)(BRKINT | ICRNL | INLCR | IGNCR | INPCK | ISTRIP | IXON);
  raw.c_oflag &= ~(tcflag_t)OPOST;
  raw.c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | IEXTEN | ISIG);
  raw.c_cflag = (raw.c_cflag & ~(tcflag_t)(CSIZE | PARENB)) | CS8;
  raw.c_cc[VMIN] = 1;
  raw.c_cc[VTIME] = 0;
  if (tcsetattr(terminal_fd, TCSADRAIN, &raw) != 0) return errno;
  atomic_store(&is_raw, true);
  return 0;
}

// Restores the terminal, then lets the signal do what it did before.
static void on_deadly(int number) {
  int error = errno;
  put_back(TCSANOW);
  sigaction(number, &previous[number], NULL);
  raise(number);
  errno = error;
}

static void on_waking(int number) {
  int error = errno;
  uint8_t byte = (uint8_t)number;
  ssize_t ignored = write(wake_fd, &byte, 1);
  (void)ignored;
  errno = error;
}

static void handle(int number, void (*handler)(int), int flags) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = handler;
  action.sa_flags = flags;
  sigemptyset(&action.sa_mask);
  sigaction(number, &action, NULL);
}

static void install(void) {
  stack_t stack = {.ss_sp = alternate_stack, .ss_size = sizeof alternate_stack};
  sigaltstack(&stack, NULL);
  for (int index = 0; index < deadly_count; index += 1) {
    int number = deadly[index];
    sigaction(number, NULL, &previous[number]);
    if (previous[number].sa_handler != SIG_IGN) handle(number, on_deadly, SA_ONSTACK);
  }
  for (int index = 0; index < waking_count; index += 1) {
    int number = waking[index];
    sigaction(number, NULL, &previous[number]);
    handle(number, on_waking, SA_RESTART);
  }
  is_installed = true;
}

int lamina_guard_enter(int fd, const uint8_t *restore, size_t count, int wake) {
  if (count > restore_limit) return E2BIG;
  terminal_fd = fd;
  wake_fd = wake;
  if (tcgetattr(fd, &saved_modes) != 0) return errno;
  memcpy(restore_bytes, restore, count);
  restore_count = count;
  install();
  int error = set_raw();
  if (error != 0) lamina_guard_leave();
  return error;
}

void lamina_guard_leave(void) {
  if (!is_installed) return;
  put_back(TCSAFLUSH);
  for (int index = 0; index < deadly_count; index += 1)
    sigaction(deadly[index], &previous[deadly[index]], NULL);
  for (int index = 0; index < waking_count; index += 1)
    sigaction(waking[index], &previous[waking[index]], NULL);
  is_installed = false;
}

ssize_t lamina_guard_write(const uint8_t *bytes, size_t count) {
  atomic_store(&writer, (uintptr_t)pthread_self());
  ssize_t written = (ssize_t)count;
  if (atomic_load(&is_raw)) written = write(terminal_fd, bytes, count);
  int error = errno;
  atomic_store(&writer, 0);
  errno = error;
  return written;
}

void lamina_guard_suspend(void) {
  put_back(TCSANOW);
  // First the rest of the group, such as a script that started this program, then this process:
  // a signal that a thread sends to itself has stopped it before the call returns.
  handle(SIGTSTP, SIG_IGN, 0);
  kill(0, SIGTSTP);
  handle(SIGTSTP, SIG_DFL, 0);
  raise(SIGTSTP);
  handle(SIGTSTP, on_waking, SA_RESTART);
  struct termios now;
  if (tcgetattr(terminal_fd, &now) == 0) saved_modes = now;
  set_raw();
}

void lamina_guard_resume(void) {
  if (is_installed) set_raw();
}

void lamina_terminal_size(int fd, int *columns, int *rows) {
  struct winsize size;
  memset(&size, 0, sizeof size);
  if (ioctl(fd, TIOCGWINSZ, &size) != 0) memset(&size, 0, sizeof size);
  *columns = size.ws_col;
  *rows = size.ws_row;
}

// What Lamina needs of ncurses and of the terminal's signals.
//
// Only the terminfo half of ncurses is used: its description of the terminal. Its screen half holds
// the window, the colours and the keys in global state and knows no direct colours.

#ifndef LAMINA_CNCURSES_H
#define LAMINA_CNCURSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// Reads the description of the terminal that TERM names; false when there is none.
bool lamina_terminfo_open(int fd);

// A string capability, or NULL. It is valid until the next open.
const char *lamina_terminfo_string(const char *name);

// A number capability, or -1.
int lamina_terminfo_number(const char *name);

// A string capability with its parameters filled in, or NULL. It is valid until the next call.
const char *lamina_terminfo_expand(const char *capability, long first, long second);

// Puts the terminal `fd` into raw mode and remembers how to put it back: the modes that it has now,
// and `count` bytes to write first. From then on, until lamina_guard_leave, the terminal is restored
// before the process dies of a signal or of a trap, which then takes its usual course.
// SIGWINCH, SIGCONT and SIGTSTP are written, a byte each, to `wake`.
// Returns 0, or errno.
int lamina_guard_enter(int fd, const uint8_t *restore, size_t count, int wake);

// Puts the terminal and the signals back. Does nothing when it was not entered.
void lamina_guard_leave(void);

// Writes to the terminal as write(2) does. Once a signal has put the terminal back, nothing is
// written any more and `count` is returned: while one thread dies, another may be drawing.
ssize_t lamina_guard_write(const uint8_t *bytes, size_t count);

// Puts the terminal back, stops the whole process group as Ctrl-Z does, and returns when it goes on.
// The terminal is in raw mode again afterwards.
void lamina_guard_suspend(void);

// Sets raw mode again, after others have had the terminal.
void lamina_guard_resume(void);

// The size of a terminal, 0 when it has none.
void lamina_terminal_size(int fd, int *columns, int *rows);

#endif

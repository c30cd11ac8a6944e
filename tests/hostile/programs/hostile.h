/* What every attack in C shares: how it says that it was stopped, and how it says that it was not. */
#ifndef HOSTILE_H
#define HOSTILE_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Newer than some headers; the number is the same on every machine. */
#ifndef SYS_cachestat
#define SYS_cachestat 451
#endif

/* The attack failed as it must. */
__attribute__((noreturn, unused)) static void confined(void)
{
    puts("CONFINED");
    fflush(stdout);
    _exit(0);
}

/* The attack worked: say what, and fail loudly. */
__attribute__((noreturn, unused, format(printf, 1, 2))) static void escaped(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("ESCAPED: ", stdout);
    vprintf(format, arguments);
    putchar('\n');
    fflush(stdout);
    _exit(66);
}

/* The call must return -1 (or a pointer of -1). */
#define MUST_FAIL(call)                                                                                              \
    do {                                                                                                             \
        errno = 0;                                                                                                   \
        if ((long)(call) != -1)                                                                                      \
            escaped("%s", #call);                                                                                    \
    } while (0)

/* The call must return -1 with this errno. */
#define MUST_FAIL_WITH(call, wanted)                                                                                 \
    do {                                                                                                             \
        MUST_FAIL(call);                                                                                             \
        if (errno != (wanted))                                                                                       \
            escaped("%s: errno %d", #call, errno);                                                                   \
    } while (0)

/* Uses every page of it, so that it is really there. */
__attribute__((unused)) static void touch(void *memory, size_t bytes)
{
    volatile char *at = memory;
    for (size_t i = 0; i < bytes; i += 4096)
        at[i] = (char)(i >> 12) | 1;
}

/* Monotonic time in milliseconds. */
__attribute__((unused)) static long now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000L + t.tv_nsec / 1000000;
}

/* Burns CPU until killed or until so many milliseconds of this thread's CPU time are used. */
__attribute__((unused)) static void burn_ms(long ms)
{
    struct timespec t;
    volatile unsigned x = 0;
    do {
        for (int i = 0; i < 100000; i++)
            x = x * 1664525u + 1013904223u;
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    } while (t.tv_sec * 1000L + t.tv_nsec / 1000000 < ms);
}

#endif

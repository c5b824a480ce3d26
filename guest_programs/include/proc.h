/* What /proc tells about another process, and time to wait for it. */
#ifndef PROC_H
#define PROC_H

#include "guest.h"

static inline char *append(char *to, const char *text)
{
    while (*text)
        *to++ = *text++;
    *to = 0;
    return to;
}

static inline char *append_number(char *to, word value)
{
    char digits[11], *at = digits + 10;
    *at = 0;
    do
        *--at = (char)('0' + value % 10);
    while (value /= 10);
    return append(to, at);
}

/* The text of /proc/PID/NAME; empty when there is none. */
static inline const char *proc_text(int pid, const char *name)
{
    static char text[2048];
    char path[64], *end = append(path, "/proc/");
    end = append_number(end, (word)pid);
    end = append(end, "/");
    append(end, name);
    int fd = call3(NR_open, (int)path, O_RDONLY, 0);
    int got = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
    if (fd >= 0)
        close(fd);
    text[got < 0 ? 0 : got] = 0;
    return text;
}

/* The letter that ps shows: R S D T Z; 0 where there is no such process. */
static inline char state_of(int pid)
{
    const char *text = proc_text(pid, "stat"), *at = text;
    while (*at)
        at++;
    while (at > text && *at != ')')
        at--;
    return at > text ? at[2] : 0;
}

/* The number in the line of /proc/PID/status that begins so, or -1. */
static inline int status_number(int pid, const char *name)
{
    const char *at = proc_text(pid, "status");
    while (*at) {
        word i = 0;
        while (name[i] && at[i] == name[i])
            i++;
        if (!name[i]) {
            for (at += i; *at == '\t' || *at == ' ';)
                at++;
            return number_in(at);
        }
        while (*at && *at++ != '\n')
            ;
    }
    return -1;
}

static inline void sleep_ms(int milliseconds)
{
    int time[2] = {milliseconds / 1000, milliseconds % 1000 * 1000000};
    call2(NR_nanosleep, (int)time, 0);
}

static inline void print_character(char c) { write(1, &c, 1); }

#endif

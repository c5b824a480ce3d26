/* Seccomp, for guests that filter their system calls: numbers, how to install a filter, and a thread to filter. */
#ifndef FILTERS_H
#define FILTERS_H

#include "handler.h"
#include "print.h"
#include "proc.h"

enum { Seccomp = 354, Prctl = 172, Ptrace = 26, Getppid = 64, Getuid = 24, Getgid = 47, Ioctl = 54, Poll = 168 };
enum { Gettid = 224, Exec = 11, Sigaction = 174, Setuid = 213, Capset = 185, Tgkill = 270, Dup2 = 63, Group = 252 };
enum { Strict = 0, Filter = 1, Available = 2, Sizes = 3, Tsync = 1, Log = 2, Listen = 8, Esrch = 16, Killable = 32 };
#define KILL 0x80000000u
enum { KILL_THREAD = 0, TRAP = 0x30000, ERRNO = 0x50000, NOTIFY = 0x7fc00000, TRACE = 0x7ff00000 };
enum { LOG = 0x7ffc0000, ALLOW = 0x7fff0000 };
enum { LD = 0x20, LDI = 0, LDLEN = 0x80, LDM = 0x60, LDXI = 1, LDXLEN = 0x81, LDXM = 0x61, ST = 2, STX = 3 };
enum { ADD = 4, SUB = 0x14, MUL = 0x24, DIV = 0x34, OR = 0x44, AND = 0x54, LSH = 0x64, RSH = 0x74, NEG = 0x84 };
enum { MOD = 0x94, XOR = 0xa4, JA = 5, JEQ = 0x15, JGT = 0x25, JGE = 0x35, JSET = 0x45, RET = 6, RETA = 0x16 };
enum { TAX = 7, TXA = 0x87, X = 8 };

struct instruction { unsigned short code; byte yes, no; word k; };
struct program { unsigned short length; struct instruction *at; };
#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

static inline int install(struct instruction *at, word length, word flags)
{
    struct program program = {(unsigned short)length, at};
    return call3(Seccomp, Filter, (int)flags, (int)&program);
}

/* A filter that answers one call so, and allows all others. */
static inline int answer(int number, word action, word flags)
{
    struct instruction program[] = {{LD, 0, 0, 0}, {JEQ, 0, 1, (word)number}, {RET, 0, 0, action}, {RET, 0, 0, ALLOW}};
    return install(program, 4, flags);
}

static inline void show_end(const char *what, int pid)
{
    int status = 0;
    wait4(pid, &status, 0);
    print(what);
    print_line(": ", status & 0xff7f);
}

/* A thread beside the first one, and what they tell each other. */
static byte stack[16384];
enum { Thread = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD };
static volatile int done, go;

static inline void wait_until(volatile int *flag)
{
    while (!*flag)
        sleep_ms(1);
}

#endif

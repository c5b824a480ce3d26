/* What a program without a C library needs: an entry point, system calls through int $0x80, and printing.
 * Every function is static: one guest is one source file and one small ELF. */
#ifndef GUEST_H
#define GUEST_H

#include "numbers.h"

typedef unsigned int word;
typedef unsigned char byte;

/* The kernel leaves argc, then argv, at the top of the stack; main's result is the exit status. */
__asm__(".globl _start\n"
        "_start:\n"
        "    popl %eax\n"
        "    movl %esp, %ecx\n"
        "    xorl %ebp, %ebp\n"
        "    andl $-16, %esp\n"
        "    subl $8, %esp\n"
        "    pushl %ecx\n"
        "    pushl %eax\n"
        "    call main\n"
        "    movl %eax, %ebx\n"
        "    movl $1, %eax\n"
        "    int $0x80\n");

/* A child of vfork runs on its parent's stack, so the return address has to wait in a register. */
__asm__("guest_vfork:\n"
        "    popl %ecx\n"
        "    movl $190, %eax\n"
        "    int $0x80\n"
        "    pushl %ecx\n"
        "    ret\n");
__attribute__((returns_twice)) int guest_vfork(void);

/* One system call; the result is a value, or -errno. */
static inline int call5(int number, int a, int b, int c, int d, int e)
{
    int result;
    __asm__ volatile("int $0x80"
                     : "=a"(result)
                     : "a"(number), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e)
                     : "memory");
    return result;
}

static inline int call4(int number, int a, int b, int c, int d)
{
    int result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(a), "c"(b), "d"(c), "S"(d) : "memory");
    return result;
}

static inline int call3(int number, int a, int b, int c)
{
    int result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(a), "c"(b), "d"(c) : "memory");
    return result;
}

static inline int call2(int number, int a, int b)
{
    int result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(a), "c"(b) : "memory");
    return result;
}

static inline int call1(int number, int a)
{
    int result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(a) : "memory");
    return result;
}

static inline int call0(int number)
{
    int result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(number) : "memory");
    return result;
}

__attribute__((noreturn)) static inline void leave(int status)
{
    for (;;)
        call1(NR_exit, status);
}

static inline int getpid(void) { return call0(NR_getpid); }
static inline int getppid(void) { return call0(NR_getppid); }
static inline int fork(void) { return call0(NR_fork); }
static inline int kill(int pid, int signal) { return call2(NR_kill, pid, signal); }
static inline int pipe(int ends[2]) { return call1(NR_pipe, (int)ends); }
static inline int close(int fd) { return call1(NR_close, fd); }
static inline int read(int fd, void *to, word size) { return call3(NR_read, fd, (int)to, size); }
static inline int write(int fd, const void *from, word size) { return call3(NR_write, fd, (int)from, size); }
static inline int wait4(int pid, int *status, int options) { return call4(NR_wait4, pid, (int)status, options, 0); }

static inline word length(const char *text)
{
    word count = 0;
    while (text[count])
        count++;
    return count;
}

static inline void print(const char *text) { write(1, text, length(text)); }

/* Prints the text and ends the process with status 1. */
__attribute__((noreturn)) static inline void fail(const char *text)
{
    write(2, text, length(text));
    leave(1);
}

static inline int number_in(const char *text)
{
    int value = 0;
    while (*text >= '0' && *text <= '9')
        value = value * 10 + (*text++ - '0');
    return value;
}

/* The decimal argument at this place of argv, or the default. */
static inline int argument(int argc, char **argv, int place, int otherwise)
{
    return argc > place ? number_in(argv[place]) : otherwise;
}

/* The compiler may copy and clear structures by calling these two. */
__attribute__((used)) static void *memcpy(void *to, const void *from, word size)
{
    for (word i = 0; i < size; i++)
        ((volatile byte *)to)[i] = ((const byte *)from)[i];
    return to;
}

__attribute__((used)) static void *memset(void *to, int value, word size)
{
    for (word i = 0; i < size; i++)
        ((volatile byte *)to)[i] = (byte)value;
    return to;
}

#endif

/* functions: a vfork child that calls exit, returns, jumps out of its function, calls others, or behaves.
 *
 * Shows: W2, W3 and W4 of the misuse check, and what is clean. Cases: clean, exec, missing, search, spawn, write, exit,
 * return, jump, call, variable, handler, syscall (whose own frame the parent still needs).
 * Prints:
 *   parent
 * Status: 0
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int global = 1;
pid_t spawned;
static jmp_buf outside;
static volatile sig_atomic_t got;
extern char **environ;

static void at_exit(void) { (void)!write(1, "atexit\n", 7); }
static void handler(int signal) { got = signal; }

__attribute__((noinline)) static pid_t made_in_a_frame(void) { return vfork(); }

__attribute__((noinline)) static int overwrite(int octet)
{
    volatile char room[256];
    memset((void *)room, octet, sizeof room);
    return room[3];
}

__attribute__((noinline)) static void jump(void)
{
    if (vfork() == 0)
        longjmp(outside, 1);
}

static void execute(const char *path, char *self)
{
    char *words[] = {self, "say", NULL};
    pid_t pid = vfork();
    if (pid == 0) {
        execv(path, words);
        _exit(127);
    }
    waitpid(pid, NULL, 0);
}

static void spawn(const char *path, char *self)
{
    char *words[] = {self, "say", NULL};
    if (posix_spawn(&spawned, path, NULL, NULL, words, environ) == 0)
        waitpid(spawned, NULL, 0);
}

static void misuse(const char *what)
{
    if (strcmp(what, "write") == 0) {
        if (vfork() == 0) {
            global = 99;
            _exit(0);
        }
    } else if (strcmp(what, "exit") == 0) {
        atexit(at_exit);
        if (vfork() == 0)
            exit(3);
    } else if (strcmp(what, "return") == 0) {
        if (made_in_a_frame() == 0) {
            overwrite(0x41);
            _exit(0);
        }
    } else if (strcmp(what, "call") == 0) {
        if (vfork() == 0) {
            getppid();
            _exit(0);
        }
    } else if (strcmp(what, "variable") == 0) {
        spawned = vfork();
        if (spawned == 0)
            _exit(0);
    } else if (strcmp(what, "search") == 0) {
        char *arguments[] = {"nothing-of-that-name", NULL};
        if (vfork() == 0) {
            execvp(arguments[0], arguments);
            _exit(127);
        }
    } else if (strcmp(what, "syscall") == 0) {
        if (syscall(SYS_vfork) == 0)
            _exit(0);
    } else if (strcmp(what, "handler") == 0) {
        signal(SIGUSR1, handler);
        if (vfork() == 0) {
            kill(getpid(), SIGUSR1);
            _exit(0);
        }
    } else if (vfork() == 0)
        _exit(0);
}

int main(int count, char **words)
{
    const char *what = count > 1 ? words[1] : "clean";
    if (strcmp(what, "say") == 0)
        return write(1, "child\n", 6) != 6;
    if (strcmp(what, "exec") == 0)
        execute(words[0], words[0]);
    else if (strcmp(what, "missing") == 0) {
        execute("/nowhere", words[0]);
        spawn("/nowhere", words[0]);
    } else if (strcmp(what, "spawn") == 0)
        spawn(words[0], words[0]);
    else if (strcmp(what, "jump") == 0) {
        if (setjmp(outside) == 0)
            jump();
        else
            _exit(0);
    } else
        misuse(what);
    puts("parent");
    return 0;
}

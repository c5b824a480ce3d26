/* Functions that call each other down to a system call: what trace -k is to show. */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

__attribute__((noinline)) int innermost_function_of_all(void) { return getppid() + 1; }

__attribute__((noinline)) int recursing(int depth) {
    return depth ? recursing(depth - 1) + 1 : innermost_function_of_all() + 1;
}

static volatile int kept;

__attribute__((noinline)) void handler(int number) { kept = innermost_function_of_all() + number; }

__attribute__((noinline)) void with_vfork(void) {
    int child = vfork();
    if (!child)
        _exit(7);
    waitpid(child, 0, 0);
}

int main(void) {
    recursing(3);
    signal(SIGUSR1, handler);
    raise(SIGUSR1);
    with_vfork();
    return 0;
}

/* setjmp: back to an earlier place, from deep below it and from a signal handler.
 *
 * Shows: longjmp leaves several calls at once; siglongjmp out of a handler restores the signal mask
 * that sigsetjmp saved; a write to address 0 can be survived that way.
 * Prints:
 *   depth 1
 *   depth 2
 *   depth 3
 *   back with 42
 *   SIGSEGV caught
 *   SIGSEGV caught
 *   mask restored
 * Status: 0
 */
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>

static jmp_buf place;
static sigjmp_buf signal_place;

static void innermost(void)
{
    puts("depth 3");
    longjmp(place, 42);
}

static void middle(void)
{
    puts("depth 2");
    innermost();
}

static void outermost(void)
{
    puts("depth 1");
    middle();
}

static void handle(int signal)
{
    (void)signal;
    siglongjmp(signal_place, 1);
}

static void write_to(volatile int *address)
{
    *address = 1;
}

int main(void)
{
    int *volatile nowhere = NULL;
    sigset_t mask;

    int value = setjmp(place);
    if (value == 0)
        outermost();
    printf("back with %d\n", value);

    signal(SIGSEGV, handle);
    for (volatile int times = 0; times < 2; times++) {
        if (sigsetjmp(signal_place, 1) == 0)
            write_to(nowhere);
        else
            puts("SIGSEGV caught");
    }
    sigprocmask(SIG_BLOCK, NULL, &mask);
    puts(sigismember(&mask, SIGSEGV) ? "mask lost" : "mask restored");
    return 0;
}

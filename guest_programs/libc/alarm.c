/* alarm: a timer, a handler, and what it does to a sleeping call.
 *
 * Shows: SIGALRM arrives while the process sleeps in pause and in read; pause always fails with EINTR,
 * read does, too, unless the handler was installed with SA_RESTART: then it goes on and gets the byte
 * that the handler wrote.
 * Prints:
 *   alarm set, 0 seconds were left of an earlier one
 *   handler
 *   pause: Interrupted system call
 *   handler
 *   read: Interrupted system call
 *   handler
 *   read again: got x
 * Status: 0
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int ends[2];
static volatile int give;

static void handle(int signal)
{
    int saved = errno;
    (void)signal;
    if (write(STDOUT_FILENO, "handler\n", 8) < 0 || (give && write(ends[1], "x", 1) < 0))
        _exit(1);
    errno = saved;
}

static void install(int flags)
{
    struct sigaction action = {.sa_handler = handle, .sa_flags = flags};
    sigaction(SIGALRM, &action, NULL);
}

static void read_until_alarm(const char *what)
{
    char letter;
    alarm(1);
    if (read(ends[0], &letter, 1) == 1)
        printf("%s: got %c\n", what, letter);
    else
        printf("%s: %s\n", what, strerror(errno));
}

int main(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (pipe(ends) < 0)
        return 1;
    install(0);
    unsigned left = alarm(1);
    printf("alarm set, %u seconds were left of an earlier one\n", left);
    pause();
    printf("pause: %s\n", strerror(errno));

    read_until_alarm("read");
    install(SA_RESTART);
    give = 1;
    read_until_alarm("read again");
    return 0;
}

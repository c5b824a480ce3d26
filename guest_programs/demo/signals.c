/* signals: a handler runs between two instructions, and sigreturn goes back to them.
 *
 * Shows: kill of oneself runs the handler before kill returns; both kinds of frame on the stack, the
 * small one and, with SA_SIGINFO, the one that tells who sent the signal; a blocked signal waits
 * until it is unblocked, and two of the same kind become one.
 * Prints:
 *   sending SIGUSR1
 *   handler: signal 10
 *   back from kill
 *   sending SIGUSR2
 *   handler with information: signal 12, code 0, sent by ourselves
 *   back from kill
 *   sending SIGUSR1 twice while it is blocked
 *   unblocking
 *   handler: signal 10
 *   unblocked
 * Status: 0
 */
#include "print.h"

/* How the kernel lays out what sigaction takes and what a handler with SA_SIGINFO is given. */
struct action {
    void *handler;
    word flags;
    void (*restorer)(void);
    word mask[2];
};

struct information {
    int signal, errno_value, code, pid, uid;
};

/* A handler returns to one of these: the way back to the interrupted instruction. */
__asm__("restore_small:\n"
        "    popl %eax\n"
        "    movl $119, %eax\n"
        "    int $0x80\n"
        "restore_with_information:\n"
        "    movl $173, %eax\n"
        "    int $0x80\n");
void restore_small(void);
void restore_with_information(void);

static void handle(int signal)
{
    print_line("handler: signal ", signal);
}

static void handle_with_information(int signal, struct information *information, void *context)
{
    (void)context;
    print("handler with information: signal ");
    print_number(signal);
    print(", code ");
    print_number(information->code);
    print(information->pid == getpid() ? ", sent by ourselves\n" : ", sent by a stranger\n");
}

static void install(int signal, void *handler, word flags, void (*restorer)(void))
{
    struct action action = {handler, flags | SA_RESTORER, restorer, {0, 0}};
    if (call4(NR_rt_sigaction, signal, (int)&action, 0, sizeof action.mask) < 0)
        fail("sigaction failed\n");
}

static void change_mask(int how, int signal)
{
    word mask[2] = {1u << (signal - 1), 0};
    if (call4(NR_rt_sigprocmask, how, (int)mask, 0, sizeof mask) < 0)
        fail("sigprocmask failed\n");
}

static void send(int signal)
{
    if (kill(getpid(), signal) < 0)
        fail("kill failed\n");
}

int main(void)
{
    install(SIGUSR1, handle, 0, restore_small);
    install(SIGUSR2, handle_with_information, SA_SIGINFO, restore_with_information);

    print("sending SIGUSR1\n");
    send(SIGUSR1);
    print("back from kill\nsending SIGUSR2\n");
    send(SIGUSR2);

    print("back from kill\nsending SIGUSR1 twice while it is blocked\n");
    change_mask(SIG_BLOCK, SIGUSR1);
    send(SIGUSR1);
    send(SIGUSR1);
    print("unblocking\n");
    change_mask(SIG_UNBLOCK, SIGUSR1);
    print("unblocked\n");
    return 0;
}

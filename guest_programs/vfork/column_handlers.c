/* column_handlers: does a vfork child inherit signal handlers, and can it set one?
 *
 * Shows: the parent catches SIGUSR1 and ignores SIGTERM. The child asks what SIGUSR1 and SIGTERM do,
 * then sets a handler for SIGUSR2 and asks what that does.
 * Prints:
 *   the child inherits a handler: yes
 *   the child inherits that a signal is ignored: yes
 *   the child can set a handler: yes
 * Status: 0
 */
#include "answer.h"
#include "handler.h"

static void handle(int signal) { (void)signal; }

/* Three bits, for the three answers. */
static int ask(void)
{
    int inherits = handler_of(SIGUSR1) == (word)handle;
    int ignores = handler_of(SIGTERM) == SIG_IGN;
    set_action(SIGUSR2, (word)handle);
    return inherits | ignores << 1 | (handler_of(SIGUSR2) == (word)handle) << 2;
}

static const char *reply(int pid, int is_so) { return pid < 0 ? error_name(-pid) : yes_or_no(is_so); }

int main(void)
{
    int status = 0;
    set_action(SIGUSR1, (word)handle);
    set_action(SIGTERM, SIG_IGN);
    int pid = guest_vfork();
    if (pid == 0)
        leave(ask());
    if (pid > 0)
        wait4(pid, &status, 0);
    answer("the child inherits a handler", reply(pid, status & 0x100));
    answer("the child inherits that a signal is ignored", reply(pid, status & 0x200));
    answer("the child can set a handler", reply(pid, status & 0x400));
    return 0;
}

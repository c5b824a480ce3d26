/* column_terminal: what happens to a vfork child in the background that uses the terminal?
 *
 * Shows: started as the leader of a terminal's session it makes, four times, a background job whose
 * vfork child uses the terminal: reads, writes (the terminal has TOSTOP), changes its settings, and
 * moves itself to the foreground. A child that says nothing within 200 milliseconds is looked up in
 * /proc. Needs a terminal to show this. With the argument fork the children are forked.
 * Prints:
 *   standard input is no terminal
 * Status: 0
 */
#include "answer.h"
#include "handler.h"
#include "proc.h"

enum { TCGETS = 0x5401, TCSETS = 0x5402, TIOCSPGRP = 0x5410, TOSTOP = 0x100, SIGTTOU = 22 };
enum { LFLAG = 3, TERMIOS_WORDS = 9 };

static word settings[TERMIOS_WORDS];
static int ends[2];

static int read_line(void)
{
    char line[64];
    return read(0, line, sizeof line);
}

static int write_line(void) { return write(1, "(what the child writes)\n", 24); }

static int change_settings(void) { return call3(NR_ioctl, 0, TCSETS, (int)settings); }

static int to_foreground(int group) { return call3(NR_ioctl, 0, TIOCSPGRP, (int)&group); }

static int come_to_front(void) { return to_foreground(call0(NR_getpgrp)); }

static int uses_fork;

/* A job of one process and its vfork child, which tells its pid, acts, and tells the result. */
__attribute__((noreturn)) static void be_job(int (*act)(void))
{
    call2(NR_setpgid, 0, 0);
    int pid = uses_fork ? fork() : guest_vfork();
    if (pid == 0) {
        int self = getpid();
        write(ends[1], &self, sizeof self);
        int result = act();
        write(ends[1], &result, sizeof result);
        leave(0);
    }
    if (pid < 0)
        write(ends[1], &pid, sizeof pid);
    else
        wait4(pid, 0, 0);
    leave(0);
}

static const char *result_of(int child, const char *nothing)
{
    int result;
    if (child < 0)
        return error_name(-child);
    if (!is_readable(ends[0], 200))
        return state_of(child) == 'T' ? "stopped" : "asleep";
    read(ends[0], &result, sizeof result);
    if (result < 0)
        return error_name(-result);
    return result ? "done" : nothing;
}

/* A process in the background may move another to the front only if it blocks SIGTTOU. */
static void take_terminal_back(void)
{
    mask_signal(SIG_BLOCK, SIGTTOU);
    come_to_front();
    change_settings();
    mask_signal(SIG_UNBLOCK, SIGTTOU);
}

static void try(const char *question, int (*act)(void), const char *nothing)
{
    int child;
    int job = fork();
    if (job == 0)
        be_job(act);
    call2(NR_setpgid, job, job);
    read(ends[0], &child, sizeof child);
    const char *words = result_of(child, nothing);
    kill(-job, SIGKILL);
    wait4(job, 0, 0);
    take_terminal_back();
    answer(question, words);
}

int main(int argc, char **argv)
{
    if (call3(NR_ioctl, 0, TCGETS, (int)settings) < 0) {
        print("standard input is no terminal\n");
        return 0;
    }
    uses_fork = argc > 1 && argv[1][0] == 'f';
    pipe(ends);
    settings[LFLAG] |= TOSTOP;
    change_settings();
    try("background child reads", read_line, "end of file");
    try("background child writes", write_line, "done");
    try("background child changes settings", change_settings, "done");
    try("background child comes to the front", come_to_front, "done");
    settings[LFLAG] &= ~(word)TOSTOP;
    change_settings();
    return 0;
}

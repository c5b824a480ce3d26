/* siginfos: what of a queued siginfo arrives, in a wait and in a descriptor of signals, by signal and code. */
#include "files.h"

enum { Sigqueueinfo = 178, Sigtimedwait = 177, Signalfd4 = 327, Nonblock = 04000 };

static const int signals[] = {4, 10, 17, 29, 40};
static const int codes[] = {-60, -7, -6, -5, -3, -2, -1, 0, 1, 2, 5, 6, 7, 0x80};
static const word all[2] = {0xffffffff, 0xffffffff};

static int queue(int signal, int code)
{
    int info[32];
    memset(info, 0xf5, sizeof info);
    info[1] = -5, info[2] = code;
    return call3(Sigqueueinfo, call0(NR_getpid), signal, (int)info);
}

static void print_words(const char *what, const word *words, int count)
{
    print(what);
    for (int i = 0; i < count; i++)
        print(i ? " " : ": "), print_hex(words[i]);
    print("\n");
}

int main(void)
{
    static word structure[32];
    const int now[2] = {0, 0};
    call4(NR_rt_sigprocmask, SIG_BLOCK, (int)all, 0, 8);
    int fd = call4(Signalfd4, -1, (int)all, 8, Nonblock);
    for (unsigned i = 0; i < sizeof signals / sizeof *signals; i++)
        for (unsigned j = 0; j < sizeof codes / sizeof *codes; j++) {
            print_line("signal ", signals[i]), print_line("code ", codes[j]);
            if (show("queue", queue(signals[i], codes[j])) < 0)
                continue;
            memset(structure, 0, sizeof structure);
            call4(Sigtimedwait, (int)all, (int)structure, (int)now, 8);
            print_words("waited for", structure, 10);
            queue(signals[i], codes[j]);
            memset(structure, 0, sizeof structure);
            read(fd, structure, sizeof structure);
            print_words("read", structure, 22);
        }
    return 0;
}

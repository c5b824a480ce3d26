/* real_time_limit: RLIMIT_RTTIME, how long a real-time task may run without a sleep. */
#include "handler.h"
#include "print.h"
#include "proc.h"

enum { Setscheduler = 156, Prlimit = 340, Rttime = 15, Fifo = 1, Sigxcpu = 24 };

static volatile int warnings;

static void count(int signal)
{
    (void)signal;
    warnings++;
}

static void limit(word soft, word hard)
{
    word pair[] = {soft, 0, hard, hard == ~0u ? ~0u : 0};
    print_line("limit: ", call4(Prlimit, 0, Rttime, (int)pair, 0));
}

static word soft_limit(void)
{
    word pair[4];
    call4(Prlimit, 0, Rttime, 0, (int)pair);
    return pair[0];
}

static void spin(int rounds)
{
    while (rounds-- > 0)
        for (volatile int i = 0; i < 100000; i++)
            ;
}

static void be_real_time(void)
{
    int priority = 10;
    print_line("fifo: ", call3(Setscheduler, 0, Fifo, (int)&priority));
}

static void warned(void)
{
    set_action(Sigxcpu, (word)count);
    limit(30000, ~0u);
    be_real_time();
    while (!warnings)
        spin(1);
    print_line("the soft limit goes up by a second: ", soft_limit() == 1030000);
}

static void sleeping(void)
{
    set_action(Sigxcpu, (word)count);
    limit(2000000, ~0u);
    be_real_time();
    for (int i = 0; i < 20; i++) {
        spin(10);
        sleep_ms(1);
    }
    print_line("warnings: ", warnings);
}

static void killed(void)
{
    limit(50000, 50000);
    be_real_time();
    for (;;)
        spin(1);
}

static void killed_by_default(void)
{
    limit(50000, ~0u);
    be_real_time();
    for (;;)
        spin(1);
}

static void usual(void)
{
    limit(1000, 1000);
    spin(300);
    print("others are not concerned\n");
}

int main(void)
{
    void (*const acts[])(void) = {warned, sleeping, killed, killed_by_default, usual};
    for (int i = 0; i < 5; i++) {
        int status = 0, pid = fork();
        if (!pid) {
            acts[i]();
            leave(0);
        }
        wait4(pid, &status, 0);
        print_line("status: ", status);
    }
    return 0;
}

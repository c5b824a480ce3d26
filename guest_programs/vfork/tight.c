/* tight: how many frames of RAM must be free for vfork, and for fork; the error when there are fewer.
 *
 * Shows: with --ram 4M all RAM is used up, then given back page by page until the call succeeds. Its
 * task structure comes first (EAGAIN), then for fork the description of its memory (ENOMEM) and the
 * page tables (EAGAIN), then descriptor table and signal handlers (ENOMEM).
 * Prints:
 *   32 MiB do not use up the RAM
 * Status: 0
 */
#include "errors.h"

enum { MOST = 8192, PAGE = 4096, MADV_DONTNEED = 4, VFORK = 190, SIGCHLD_ONLY = 17 };

static byte region[MOST][PAGE] __attribute__((aligned(4096)));
static int used;
static int results[64];

/* The kernel writes into a page: where no frame is left that is an error, not our end. */
static int touch(int page) { return call2(NR_clock_gettime, 0, (int)region[page]); }

static void use_up(void)
{
    while (used < MOST && touch(used) == 0)
        used++;
}

static void give_back(void) { call3(NR_madvise, (int)region[--used], PAGE, MADV_DONTNEED); }

/* fork or vfork, the child's end and the wait for it, without a write to any page. */
static int try_call(int number)
{
    int result;
    __asm__ volatile("int $0x80\n\t"
                     "testl %%eax, %%eax\n\t"
                     "js 2f\n\t"
                     "jnz 1f\n\t"
                     "movl $1, %%eax\n\t"
                     "xorl %%ebx, %%ebx\n\t"
                     "int $0x80\n"
                     "1:\n\t"
                     "movl %%eax, %%ebx\n\t"
                     "movl $114, %%eax\n\t"
                     "int $0x80\n"
                     "2:"
                     : "=a"(result)
                     : "a"(number), "b"(0), "c"(0), "d"(0), "S"(0)
                     : "memory");
    return result;
}

static void print_results(const char *name, int last)
{
    for (int from = 0, to; from <= last; from = to + 1) {
        for (to = from; to < last && outcome(results[to + 1]) == outcome(results[from]);)
            to++;
        print(name);
        print(", frames free: ");
        print_number(from);
        if (to > from) {
            print(" to ");
            print_number(to);
        }
        print_outcome("", results[from]);
    }
}

static void measure(const char *name, int number)
{
    int free = 0;
    use_up();
    while ((results[free] = try_call(number)) < 0 && free < 63) {
        give_back();
        free++;
    }
    print_results(name, free);
}

int main(void)
{
    print_results("", -1);
    for (int i = 0; i < 64; i++)
        results[i] = 0;
    try_call(VFORK);
    use_up();
    if (used == MOST) {
        print("32 MiB do not use up the RAM\n");
        return 0;
    }
    measure("vfork", VFORK);
    measure("fork", NR_fork);
    return 0;
}

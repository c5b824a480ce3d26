/* out_of_memory: what /proc/self/oom_score_adj and oom_adj take, tell and hand on; raised only, as anybody may. */
#include "errors.h"
#include "files.h"
#include "proc.h"

static const char now[] = "oom_score_adj", before[] = "oom_adj";

static void tell(void)
{
    print("  they say ");
    print(proc_text(getpid(), now));
    print("  and ");
    print(proc_text(getpid(), before));
}

static void put(const char *name, const char *text)
{
    char path[64];
    append(append(path, "/proc/self/"), name);
    int file = call3(NR_open, (int)path, 2, 0), length = 0;
    while (text[length])
        length++;
    int done = write(file, text, length);
    print(name);
    print(" \"");
    print(text);
    if (done < 0)
        print_outcome("\"", done);
    else
        print_line("\": ", done);
    close(file);
    tell();
}

int main(void)
{
    static const char *const good[] = {"300", "+0x12d", "0467", " 312 ", "313\n", "000000000475"};
    static const char *const bad[] = {"315 316", "x", " ", "1001", "-1001", "0b11", "- 1", "0x", "089"};
    for (int i = 0; i < (int)(sizeof good / sizeof *good); i++)
        put(now, good[i]);
    for (int i = 0; i < (int)(sizeof bad / sizeof *bad); i++)
        put(now, bad[i]);
    put(now, "0000000006161");
    put(now, "600");
    put(before, "11");
    put(before, "16");
    put(before, "-18");
    put(before, "x");
    put(before, "15");
    put(now, "999");
    int status, pid = fork();
    if (!pid) {
        print("a child\n");
        tell();
        put(now, "1000");
        leave(0);
    }
    wait4(pid, &status, 0);
    print("its parent\n");
    tell();
    return 0;
}

/* made_files: what files whose text the kernel makes say to those who write, or write at a place: lines, records about
 * a task, a setting, and what is below /proc/net. */
#include "tries.h"

static const char *const paths[] = {
    "/proc/version", "/proc/uptime", "/proc/self/status", "/proc/self/maps", "/proc/self/comm", "/proc/self/cmdline", "/proc/self/environ", "/proc/self/auxv", "/proc/self/pagemap", "/proc/sys/kernel/ostype", "/proc/net/dev",
};

static void show_all(int fd)
{
    static char text[2] = "x";
    static struct { char *base; word size; } one = {text, 1};
    const struct try tries[] = {
        {"  pwrite", NR_pwrite64, {fd, (int)text, 1, 0}}, {"  pwrite of nothing", NR_pwrite64, {fd, (int)text, 0, 0}}, {"  pwritev", NR_pwritev, {fd, (int)&one, 1, 0}}, {"  pwritev2", NR_pwritev2, {fd, (int)&one, 1, 0}},
        {"  fallocate", NR_fallocate, {fd, 0, 0, 0, 10}}, {"  seek to the end", NR_lseek, {fd, 0, SEEK_END}}, {"  write", NR_write, {fd, (int)text, 1}}, {"  write of nothing", NR_write, {fd, (int)text, 0}},
    };
    TRY_EACH(tries);
}

int main(void)
{
    static const struct { const char *name; int flags; } ways[] = {{"to write", O_WRONLY}, {"to read", O_RDONLY}};
    for (word i = 0; i < sizeof paths / sizeof *paths; i++)
        for (int way = 0; way < 2; way++) {
            print(paths[i]), print(", ");
            int fd = open(paths[i], ways[way].flags, 0);
            show_ok(ways[way].name, fd < 0 ? fd : 0);
            if (fd >= 0)
                show_all(fd), close(fd);
        }
    return 0;
}

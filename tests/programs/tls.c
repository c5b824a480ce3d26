/* tls: set_thread_area and get_thread_area, and a segment register loaded from what they set. */
#include "print.h"

enum { Set = 243, Get = 244 };

static int values[3] = {11, 22, 33};

struct description { word number; void *base; word limit, flags; };

static int read_through(word selector)
{
    int value;
    __asm__ volatile("movl %1, %%fs\n\tmovl %%fs:0, %0" : "=r"(value) : "r"(selector));
    return value;
}

static void show(const char *what, int result, const struct description *d, word first)
{
    print_line(what, result);
    print_line("  slot ", (int)(d->number - first));
    print_line("  limit ", (int)d->limit);
    print_line("  flags ", (int)d->flags);
}

int main(void)
{
    struct description d = {-1u, &values[0], 0xfffff, 0x51}, e = {-1u, &values[1], 0xfffff, 0x51};
    int result = call1(Set, (int)&d);
    word first = d.number;
    show("first: ", result, &d, first);
    show("second: ", call1(Set, (int)&e), &e, first);
    print_line("reads ", read_through(first * 8 + 3));
    print_line("reads ", read_through((first + 1) * 8 + 3));
    struct description got = {first, 0, 0, 0};
    show("get: ", call1(Get, (int)&got), &got, first);
    print_line("  base ", got.base == &values[0]);
    got.number = first + 2;
    show("get an empty one: ", call1(Get, (int)&got), &got, first);
    d.base = &values[2];
    print_line("again: ", call1(Set, (int)&d));
    print_line("reads ", read_through(first * 8 + 3));
    struct description third = {-1u, &values[1], 0xfffff, 0x51};
    print_line("third: ", call1(Set, (int)&third));
    third.number = -1u;
    print_line("fourth: ", call1(Set, (int)&third));
    struct description bad = {first + 3, 0, 0xfffff, 0x51};
    print_line("no such slot: ", call1(Set, (int)&bad));
    print_line("get no such slot: ", call1(Get, (int)&bad));
    bad.number = first;
    bad.flags = 0x50;
    print_line("16-bit: ", call1(Set, (int)&bad));
    bad.flags = 0x71;
    print_line("not present: ", call1(Set, (int)&bad));
    bad.flags = 0x55;
    print_line("code: ", call1(Set, (int)&bad));
    print_line("bad pointer: ", call1(Set, 8));
    int pid = fork(), status = 0;
    if (pid == 0) {
        d.base = &values[1];
        call1(Set, (int)&d);
        leave(read_through(first * 8 + 3));
    }
    wait4(pid, &status, 0);
    print_line("a child's own: ", status >> 8);
    print_line("the parent's still: ", read_through(first * 8 + 3));
    return 0;
}

/* ldt: modify_ldt, segments loaded from what it wrote, and who else has them. */
#include "handler.h"
#include "print.h"
#include "proc.h"

enum { Modify = 123, Exec = 11, Read = 0, WriteOld = 1, ReadDefault = 2, Write = 0x11 };
enum { Thread = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD };
enum { Bits32 = 1, Data = 0, Down = 2, Code = 4, Conforming = 6, ReadOnly = 8, Pages = 0x10, Absent = 0x20, Useable = 0x40 };

struct description { word number; const void *base; word limit, flags; };
static int values[4] = {11, 22, 33, 44};
static byte octets[70000];
static volatile int done;
static byte stack[16384];

static int set(int function, word number, const void *base, word limit, word flags)
{
    struct description description = {number, base, limit, flags};
    return call3(Modify, function, (int)&description, sizeof description);
}

static word selector(word number) { return number * 8 + 7; }

static int through_fs(word number)
{
    int value;
    __asm__ volatile("movl %1, %%fs\n\tmovl %%fs:0, %0" : "=r"(value) : "r"(selector(number)));
    return value;
}

static int through_es(word number)
{
    int value;
    __asm__ volatile("pushl %%es\n\tmovl %1, %%es\n\tmovl %%es:0, %0\n\tpopl %%es" : "=&r"(value) : "r"(selector(number)));
    return value;
}

static void show_entry(const char *what, word number)
{
    print(what), print(": ");
    call3(Modify, Read, (int)octets, 65536);
    print_hex(*(word *)(octets + number * 8 + 4)), print(" ");
    print_hex(*(word *)(octets + number * 8) & 0xffff), print("\n");
}

static void errors(void)
{
    struct description description = {0, values, 0xfffff, Bits32 | Pages};
    print_line("nothing there: ", call3(Modify, Read, (int)octets, 64));
    print_line("default: ", call3(Modify, ReadDefault, (int)octets, 40));
    print_line("unknown: ", call3(Modify, 3, (int)&description, 16));
    print_line("15 octets: ", call3(Modify, Write, (int)&description, 15));
    print_line("17 octets: ", call3(Modify, WriteOld, (int)&description, 17));
    print_line("nowhere: ", call3(Modify, Write, 8, 16));
    print_line("8192: ", set(Write, 8192, values, 0xfffff, Bits32 | Pages));
    print_line("-1: ", set(Write, -1u, values, 0xfffff, Bits32 | Pages));
    print_line("conforming: ", set(Write, 1, values, 0xfffff, Bits32 | Pages | Conforming));
    print_line("conforming, absent: ", set(Write, 1, values, 0xfffff, Bits32 | Pages | Conforming | Absent));
    print_line("the same, old: ", set(WriteOld, 1, values, 0xfffff, Bits32 | Pages | Conforming | Absent));
    print_line("read nowhere: ", call3(Modify, Read, 8, 64));
}

static void entries(void)
{
    print_line("data: ", set(Write, 2, 0, 0xfffff, Bits32 | Pages | Useable));
    show_entry("", 2);
    print_line("old: ", set(WriteOld, 2, 0, 0xfffff, Bits32 | Pages | Useable));
    show_entry("", 2);
    print_line("read only: ", set(Write, 3, 0, 0x12345, Bits32 | ReadOnly));
    show_entry("", 3);
    print_line("down: ", set(Write, 4, 0, 0, Bits32 | Down | Pages));
    show_entry("", 4);
    print_line("code, 16 bits: ", set(Write, 5, 0, 0xffff, Code));
    show_entry("", 5);
    print_line("cleared: ", set(Write, 2, 0, 0, ReadOnly | Absent));
    show_entry("", 2);
    print_line("nothing, new: ", set(Write, 3, 0, 0, 0));
    show_entry("", 3);
    print_line("nothing, old: ", set(WriteOld, 3, 0, 0, 0));
    show_entry("", 3);
    print_line("the last: ", set(Write, 8191, values, 0xfffff, Bits32 | Pages));
    print_line("all: ", call3(Modify, Read, (int)octets, 70000));
    show_entry("", 8191);
    print_line("part: ", call3(Modify, Read, (int)octets, 12));
}

static void in_thread(void)
{
    values[0] = through_fs(3) + through_fs(2);
    set(Write, 6, &values[2], 0xfffff, Bits32 | Pages);
    done = 1;
}

static void segments(void)
{
    print_line("set: ", set(Write, 2, &values[1], 0xfffff, Bits32 | Pages));
    print_line("through it: ", through_fs(2));
    print_line("es: ", through_es(2));
    set(Write, 2, &values[2], 0xfffff, Bits32 | Pages);
    print_line("moved: ", through_fs(2));
    set(Write, 700, &values[3], 0xfffff, Bits32 | Pages);
    print_line("number 700: ", through_fs(700));
    print_line("number 8191: ", through_fs(8191));
    set(Write, 3, &values[1], 0xfffff, Bits32 | Pages);
    clone_onto(Thread, stack + sizeof stack, in_thread);
    while (!done)
        sleep_ms(1);
    print_line("another thread's: ", values[0]);
    print_line("what it set: ", through_fs(6));
    int pid = fork(), status;
    if (pid == 0) {
        print_line("a child's: ", through_fs(3));
        set(Write, 3, &values[3], 0xfffff, Bits32 | Pages);
        print_line("its own: ", through_fs(3));
        leave(0);
    }
    wait4(pid, &status, 0);
    print_line("the parent's still: ", through_fs(3));
}

/* A function that is far from where its segment begins. */
__asm__("far_function:\n"
        "    movl $321, %eax\n"
        "    lret\n");
extern const byte far_function[];

static int far_call(word number)
{
    struct { word offset; unsigned short selector; } to = {0, (unsigned short)selector(number)};
    int value;
    __asm__ volatile("lcall *%1" : "=a"(value) : "m"(to) : "memory", "cc");
    return value;
}

static void code(void)
{
    print_line("code: ", set(Write, 9, far_function, 0xfffff, Bits32 | Pages | Code));
    print_line("called: ", far_call(9));
    print_line("it can be read: ", through_fs(9) == *(const int *)far_function);
}

static void faulted(int signal, int *info, int *context)
{
    print_line("signal ", signal);
    print_line("  code ", info[2]);
    print_line("  error ", context[5 + 13]);
    print_line("  trap ", context[5 + 12]);
    leave(7);
}

static void fault(const char *what, word number, int (*use)(word))
{
    print(what), print(": ");
    int pid = fork(), status;
    if (pid == 0) {
        set_action(11, (word)faulted), set_action(7, (word)faulted);
        print_line("", use(number));
        leave(0);
    }
    wait4(pid, &status, 0);
}

static void faults(void)
{
    set(Write, 10, values, 0xfffff, Bits32 | Pages | Absent);
    fault("absent", 10, through_fs);
    fault("empty", 11, through_fs);
    fault("beyond", 5000, through_fs);
    fault("data called", 2, far_call);
    set(Write, 12, values, 0xfffff, Bits32 | Pages | Code | ReadOnly);
    fault("code that cannot be read", 12, through_fs);
}

int main(int count, char **words)
{
    if (count > 1) {
        print_line("after exec: ", call3(Modify, Read, (int)octets, 64));
        return 0;
    }
    errors();
    entries();
    segments();
    code();
    faults();
    char *again[] = {words[0], "again", 0};
    call3(Exec, (int)words[0], (int)again, 0);
    return 1;
}

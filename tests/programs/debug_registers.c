/* debug_registers: breakpoints and watchpoints that a tracer sets in a task's debug registers, and register sets. */
#include "handler.h"
#include "print.h"

enum { Ptrace = 26, Me = 0, Peek = 3, Poke = 6, Cont = 7, Step = 9, Getregs = 12, Setregs = 13, Info = 0x4202 };
enum { GetSet = 0x4204, SetSet = 0x4205, Rseq = 0x420f, Registers = 252, Status = 6, Control = 7, Eip = 12, Ecx = 1 };
enum { Execute = 0, Write = 1, Input = 2, Access = 3, One = 0, Two = 4, Eight = 8, Four = 12 };

static int ptrace(int what, int pid, int address, void *data) { return call4(Ptrace, what, pid, address, (int)data); }

static volatile int watched[4] = {1, 2, 3, 4};
static int tracee;

/* What the tracee does, over and over, with a label behind each instruction. */
__asm__("work:\n"
        "    pushl %ebx\n"
        "    pushl %edi\n"
        "again:\n"
        "    movl $watched, %ebx\n"
        "    movl (%ebx), %eax\n"
        "at_read:\n"
        "    nop\n"
        "at_nop:\n"
        "    movl %eax, (%ebx)\n" /* writes what was there */
        "at_write:\n"
        "    incl 4(%ebx)\n"
        "at_increment:\n"
        "    movl $0x01020304, 6(%ebx)\n" /* across two words */
        "at_across:\n"
        "    leal 8(%ebx), %edi\n"
        "    movl $2, %ecx\n"
        "    rep stosl\n"
        "at_string:\n"
        "    xchgl %esp, %ebx\n"
        "    addl $4, %esp\n"
        "    pushl $7\n"
        "at_push:\n"
        "    popl %eax\n"
        "at_pop:\n"
        "    subl $4, %esp\n"
        "    xchgl %esp, %ebx\n"
        "    movb $1, 3(%ebx)\n"
        "at_octet:\n"
        "    movl $20, %eax\n"
        "    int $0x80\n"
        "at_call:\n"
        "    jmp again\n");
extern void work(void);
#define LABEL(name) extern const byte name[]
LABEL(again);
LABEL(at_read);
LABEL(at_nop);
LABEL(at_write);
LABEL(at_increment);
LABEL(at_across);
LABEL(at_string);
LABEL(at_push);
LABEL(at_pop);
LABEL(at_octet);
LABEL(at_call);

static const struct { const byte *at; const char *name; } labels[] = {
    {again, "again"}, {at_read, "read"}, {at_nop, "nop"}, {at_write, "write"}, {at_increment, "increment"},
    {at_across, "across"}, {at_string, "string"}, {at_push, "push"}, {at_pop, "pop"}, {at_octet, "octet"},
    {at_call, "call"},
};

static int set(int number, word value) { return ptrace(Poke, tracee, Registers + 4 * number, (void *)value); }

static word get(int number)
{
    word value = 77;
    ptrace(Peek, tracee, Registers + 4 * number, &value);
    return value;
}

static int arm(int slot, const volatile void *address, int kind)
{
    int result = set(slot, (word)address);
    return result ? result : set(Control, (get(Control) & ~(0xfu << (16 + 4 * slot))) | 1u << 2 * slot | (word)kind << (16 + 4 * slot));
}

static int disarm(void) { return set(Control, 0); }

/* Lets the tracee go on, and shows where and why it stops. */
static void stop(int how)
{
    int status = 0, info[32], registers[17];
    ptrace(how, tracee, 0, 0);
    wait4(tracee, &status, 0);
    ptrace(Getregs, tracee, 0, registers);
    print_line("  status ", status);
    for (word i = 0; i < sizeof labels / sizeof *labels; i++)
        if (registers[Eip] == (int)labels[i].at)
            print("  at "), print(labels[i].name), print("\n");
    if ((status >> 8 & 0xff) == 5) {
        ptrace(Info, tracee, 0, info);
        print_line("  code ", info[2]);
        print_line("  address is eip ", info[3] == registers[Eip]);
        print("  DR6 "), print_hex(get(Status)), print("\n");
    }
}

static void show(const char *what, int result, int stops)
{
    print(what), print_line(": ", result);
    while (stops--)
        stop(Cont);
}

static void errors(void)
{
    print("DR6 "), print_hex(get(Status)), print("\n");
    print_line("DR7 ", (int)get(Control));
    print_line("DR4: ", set(4, 1)), print_line("DR5: ", set(5, 1));
    print_line("it reads ", (int)get(5));
    show("eight octets", arm(0, watched, Write | Eight), 0);
    show("input", arm(0, watched, Input), 0);
    show("two octets executed", arm(0, watched, Execute | Two), 0);
    show("four, odd", arm(0, (byte *)watched + 1, Write | Four), 0);
    show("two, odd", arm(0, (byte *)watched + 1, Access | Two), 0);
    print_line("nothing was enabled: ", (int)get(Control));
    show("two, even", arm(0, (byte *)watched + 2, Write | Two), 0);
    print_line("moved to an odd address: ", set(0, (word)watched + 1));
    print("it is still "), print_line("", (int)(get(0) - (word)watched));
    print("DR7 "), print_hex(get(Control)), print("\n");
    print_line("DR6 written: ", set(Status, 0xffff0ff3));
    print("it is "), print_hex(get(Status)), print("\n");
    print_line("off: ", disarm());
}

static void stops(void)
{
    show("executed", arm(1, at_nop, Execute), 2);
    print("a step from there\n"), stop(Step);
    disarm();
    show("written", arm(0, watched, Write | Four), 2);
    disarm();
    show("read or written", arm(0, watched, Access | Four), 3);
    disarm();
    show("incremented", arm(2, watched + 1, Write | Four), 1);
    disarm();
    show("across", arm(3, (byte *)watched + 8, Write | One), 2);
    disarm();
    show("by a string instruction", arm(0, watched + 3, Write | Four), 1);
    disarm();
    show("the last octet", arm(0, (byte *)watched + 3, Write | One), 3);
    disarm();
    arm(0, watched, Write | Four);
    show("two at once", arm(1, watched, Access | Two), 2);
    disarm();
    show("a breakpoint", arm(1, at_write, Execute), 1);
    show("and the watchpoint next to it", arm(2, watched + 1, Access | Four), 2);
    disarm();
    print("stepping over a write\n");
    arm(1, at_nop, Execute), stop(Cont), arm(0, watched, Write | Four), stop(Step), stop(Step);
    disarm();
}

static void sets(void)
{
    static const word kinds[] = {1, 2, 0x46e62b7f, 0x200, 0x201, 3, 77};
    static byte image[4096];
    for (word i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct { void *at; word length; } place = {image, sizeof image};
        print("set "), print_hex(kinds[i]), print("\n");
        print_line("  get ", ptrace(GetSet, tracee, (int)kinds[i], &place));
        print_line("  length ", (int)place.length);
        int whole = (int)place.length;
        print_line("  set ", ptrace(SetSet, tracee, (int)kinds[i], &place));
        place.length = 10, print_line("  get 10 ", ptrace(GetSet, tracee, (int)kinds[i], &place));
        place.length = 16, print_line("  get 16 ", ptrace(GetSet, tracee, (int)kinds[i], &place));
        print_line("  length ", (int)place.length);
        place.length = 16, print_line("  set 16 ", ptrace(SetSet, tracee, (int)kinds[i], &place));
        place.length = 0, print_line("  get 0 ", ptrace(GetSet, tracee, (int)kinds[i], &place));
        place.at = (void *)8, place.length = (word)whole;
        print_line("  nowhere ", ptrace(GetSet, tracee, (int)kinds[i], &place));
    }
    word rseq[6] = {7, 7, 7, 7, 7, 7};
    print_line("rseq: ", ptrace(Rseq, tracee, sizeof rseq, rseq));
    print_line("  ", (int)(rseq[0] | rseq[2] | rseq[3]));
    print_line("rseq, 8 octets: ", ptrace(Rseq, tracee, 8, rseq));
}

int main(void)
{
    tracee = fork();
    if (tracee == 0) {
        ptrace(Me, 0, 0, 0);
        kill(getpid(), 19);
        work();
    }
    wait4(tracee, 0, 0);
    errors();
    stops();
    sets();
    kill(tracee, 9);
    return 0;
}

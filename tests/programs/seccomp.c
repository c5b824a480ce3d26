/* seccomp: strict mode, filters, what they may do and be, and the processes that answer for others. */
#include "handler.h"
#include "print.h"
#include "proc.h"

enum { Seccomp = 354, Prctl = 172, Ptrace = 26, Getppid = 64, Getuid = 24, Getgid = 47, Ioctl = 54, Poll = 168 };
enum { Gettid = 224, Exec = 11, Sigaction = 174, Setuid = 213, Capset = 185, Tgkill = 270, Dup2 = 63, Group = 252 };
enum { Strict = 0, Filter = 1, Available = 2, Sizes = 3, Tsync = 1, Log = 2, Listen = 8, Esrch = 16, Killable = 32 };
#define KILL 0x80000000u
enum { KILL_THREAD = 0, TRAP = 0x30000, ERRNO = 0x50000, NOTIFY = 0x7fc00000, TRACE = 0x7ff00000 };
enum { LOG = 0x7ffc0000, ALLOW = 0x7fff0000 };
enum { LD = 0x20, LDI = 0, LDLEN = 0x80, LDM = 0x60, LDXI = 1, LDXLEN = 0x81, LDXM = 0x61, ST = 2, STX = 3 };
enum { ADD = 4, SUB = 0x14, MUL = 0x24, DIV = 0x34, OR = 0x44, AND = 0x54, LSH = 0x64, RSH = 0x74, NEG = 0x84 };
enum { MOD = 0x94, XOR = 0xa4, JA = 5, JEQ = 0x15, JGT = 0x25, JGE = 0x35, JSET = 0x45, RET = 6, RETA = 0x16 };
enum { TAX = 7, TXA = 0x87, X = 8 };

struct instruction { unsigned short code; byte yes, no; word k; };
struct program { unsigned short length; struct instruction *at; };
#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

static int install(struct instruction *at, word length, word flags)
{
    struct program program = {(unsigned short)length, at};
    return call3(Seccomp, Filter, (int)flags, (int)&program);
}

/* A filter that answers one call so, and allows all others. */
static int answer(int number, word action, word flags)
{
    struct instruction program[] = {{LD, 0, 0, 0}, {JEQ, 0, 1, (word)number}, {RET, 0, 0, action}, {RET, 0, 0, ALLOW}};
    return install(program, 4, flags);
}

static void show_end(const char *what, int pid)
{
    int status = 0;
    wait4(pid, &status, 0);
    print(what);
    print_line(": ", status & 0xff7f);
}

/* ---- what is a program ---- */

static void try_program(const char *what, struct instruction *at, word length)
{
    print(what);
    print_line(": ", install(at, length, 0));
}

#define TRY(what, ...) \
    do { \
        struct instruction program[] = {__VA_ARGS__}; \
        try_program(what, program, LENGTH(program)); \
    } while (0)
#define PASS {RET, 0, 0, ALLOW}

static void programs(void)
{
    static struct instruction many[4097];
    for (int i = 0; i < 4097; i++)
        many[i] = (struct instruction)PASS;
    try_program("nothing", many, 0);
    try_program("4096", many, 4096);
    try_program("4097", many, 4097);
    try_program("nowhere", (struct instruction *)8, 1);
    try_program("null", 0, 1);
    TRY("no return", {LD, 0, 0, 0});
    TRY("return X", {0xe, 0, 0, 0});
    TRY("load at 60", {LD, 0, 0, 60}, PASS);
    TRY("load at 64", {LD, 0, 0, 64}, PASS);
    TRY("load at 2", {LD, 0, 0, 2}, PASS);
    TRY("load half", {0x28, 0, 0, 0}, PASS);
    TRY("load indirect", {0x40, 0, 0, 0}, PASS);
    TRY("ancillary", {LD, 0, 0, 0xfffff000}, PASS);
    TRY("division by 0", {DIV, 0, 0, 0}, PASS);
    TRY("division by X", {DIV | X, 0, 0, 0}, PASS);
    TRY("modulo", {MOD, 0, 0, 3}, PASS);
    TRY("shift by 31", {LSH, 0, 0, 31}, PASS);
    TRY("shift by 32", {RSH, 0, 0, 32}, PASS);
    TRY("store 15", {ST, 0, 0, 15}, PASS);
    TRY("store 16", {STX, 0, 0, 16}, PASS);
    TRY("load what was not stored", {LDM, 0, 0, 0}, PASS);
    TRY("load what was", {ST, 0, 0, 3}, {LDXM, 0, 0, 3}, PASS);
    TRY("stored on one way", {JEQ, 0, 1, 0}, {ST, 0, 0, 1}, {LDM, 0, 0, 1}, PASS);
    TRY("stored on both ways", {JEQ, 0, 2, 0}, {ST, 0, 0, 1}, {JA, 0, 0, 1}, {STX, 0, 0, 1}, {LDM, 0, 0, 1}, PASS);
    TRY("jump to the last", {JA, 0, 0, 0}, PASS);
    TRY("jump behind it", {JA, 0, 0, 1}, PASS);
    TRY("yes behind it", {JEQ, 1, 0, 0}, PASS);
    TRY("no behind it", {JGT | X, 0, 1, 0}, PASS);
    TRY("far back", {JA, 0, 0, -2u}, PASS);
    TRY("unknown code", {0xff, 0, 0, 0}, PASS);
    TRY("negation", {NEG, 0, 0, 0}, {TAX, 0, 0, 0}, {TXA, 0, 0, 0}, {RETA, 0, 0, 0});
    for (int i = 0, result = 0; i < 20 && !result; i++)
        if ((result = install(many, 4096, 0)))
            print_line("too much: ", result);
}

/* ---- what it computes ---- */

/* What a program whose answer is A makes of getppid's words: the low 12 bits, by way of an error. */
static void compute(const char *what, struct instruction *at, word length)
{
    struct instruction program[40] = {{LD, 0, 0, 0}, {JEQ, 1, 0, Getppid}, {RET, 0, 0, ALLOW}};
    for (word i = 0; i < length; i++)
        program[3 + i] = at[i];
    word end = 3 + length;
    program[end++] = (struct instruction){AND, 0, 0, 0xfff};
    program[end++] = (struct instruction){OR, 0, 0, ERRNO};
    program[end++] = (struct instruction){RETA, 0, 0, 0};
    int pid = fork();
    if (pid == 0) {
        int result = install(program, end, 0);
        print(what);
        print_line(": ", result ? result : call5(Getppid, 0x11223344, 2, 3, 4, -5));
        leave(0);
    }
    wait4(pid, 0, 0);
}

#define COMPUTE(what, ...) \
    do { \
        struct instruction program[] = {__VA_ARGS__}; \
        compute(what, program, LENGTH(program)); \
    } while (0)
#define A(k) {LDI, 0, 0, k}
#define B(k) {LDXI, 0, 0, k}
#define DO(code) {code | X, 0, 0, 0}
#define TOP {RSH, 0, 0, 20}

static void computing(void)
{
    COMPUTE("number", {LD, 0, 0, 0});
    COMPUTE("architecture", {LD, 0, 0, 4});
    COMPUTE("architecture's top", {LD, 0, 0, 4}, TOP);
    COMPUTE("instruction's upper half", {LD, 0, 0, 12});
    COMPUTE("first word", {LD, 0, 0, 16});
    COMPUTE("its upper half", {LD, 0, 0, 20});
    COMPUTE("second word", {LD, 0, 0, 24});
    COMPUTE("fifth word", {LD, 0, 0, 48}, TOP);
    COMPUTE("its upper half", {LD, 0, 0, 52});
    COMPUTE("length", {LDLEN, 0, 0, 0});
    COMPUTE("length in X", {LDXLEN, 0, 0, 0}, {TXA, 0, 0, 0});
    COMPUTE("add", A(-1u), {ADD, 0, 0, 8});
    COMPUTE("add X", A(-1u), B(9), DO(ADD));
    COMPUTE("subtract", A(1), {SUB, 0, 0, 2}, TOP);
    COMPUTE("subtract X", A(1), B(3), DO(SUB));
    COMPUTE("multiply", A(0x10001), {MUL, 0, 0, 0x10003}, TOP);
    COMPUTE("multiply X", A(1234), B(4321), DO(MUL));
    COMPUTE("divide", A(-1u), {DIV, 0, 0, 0x1000});
    COMPUTE("divide X", A(1000), B(7), DO(DIV));
    COMPUTE("or", A(1), B(6), DO(OR));
    COMPUTE("and", A(12), B(6), DO(AND));
    COMPUTE("xor", A(12), {XOR, 0, 0, 6});
    COMPUTE("xor X", A(12), B(7), DO(XOR));
    COMPUTE("left", A(0x80000003), {LSH, 0, 0, 1});
    COMPUTE("left by 33", A(3), B(33), DO(LSH));
    COMPUTE("right", A(-1u), {RSH, 0, 0, 28});
    COMPUTE("right by 34", A(12), B(34), DO(RSH));
    COMPUTE("negative", A(1), {NEG, 0, 0, 0}, TOP);
    COMPUTE("memory", A(7), {ST, 0, 0, 2}, B(8), {STX, 0, 0, 3}, A(0), {LDXM, 0, 0, 2}, {LDM, 0, 0, 3}, DO(MUL));
    COMPUTE("above", A(5), {JGT, 0, 1, 4}, {ADD, 0, 0, 1}, {ADD, 0, 0, 2});
    COMPUTE("not above", A(5), {JGT, 0, 1, 5}, {ADD, 0, 0, 1}, {ADD, 0, 0, 2});
    COMPUTE("not below X", A(5), B(5), {JGE | X, 0, 1, 0}, {ADD, 0, 0, 1}, {ADD, 0, 0, 2});
    COMPUTE("unsigned", A(-1u), {JGE, 0, 1, 1}, A(1), {ADD, 0, 0, 2});
    COMPUTE("bits", A(6), {JSET, 0, 1, 2}, {ADD, 0, 0, 1}, {ADD, 0, 0, 2});
    COMPUTE("other bits", A(6), B(9), {JSET | X, 0, 1, 0}, {ADD, 0, 0, 1}, {ADD, 0, 0, 2});
    COMPUTE("always", A(1), {JA, 0, 0, 1}, A(2), {ADD, 0, 0, 2});
}

/* ---- what becomes of a call ---- */

static void caught(int signal, int *info, int *context)
{
    print_line("signal ", signal);
    print_line("  errno ", info[1]);
    print_line("  code ", info[2]);
    print_line("  at the call ", *(unsigned short *)(info[3] - 2) == 0x80cd);
    print_line("  call ", info[4]);
    print("  arch "), print_hex((word)info[5]), print("\n");
    print_line("  eax ", context[5 + 11]);
    print_line("  eip is si_addr ", context[5 + 14] == info[3]);
}

static void child_with(const char *what, word action, int catches)
{
    int pid = fork();
    if (pid == 0) {
        if (catches)
            set_action(31, (word)caught);
        int result = answer(Getppid, action, 0);
        if (result)
            leave(99);
        print(what);
        result = call0(Getppid);
        print_line(" gives ", result > 0 && result != Getppid ? 1 : result);
        leave(5);
    }
    show_end(what, pid);
}

static void actions(void)
{
    child_with("allow", ALLOW, 0);
    child_with("log", LOG, 0);
    child_with("error 0", ERRNO, 0);
    child_with("error 7", ERRNO + 7, 0);
    child_with("error 5000", ERRNO + 5000, 0);
    child_with("trap", TRAP + 3, 1);
    child_with("trap, default", TRAP + 3, 0);
    child_with("trace without tracer", TRACE + 3, 0);
    child_with("notify without listener", NOTIFY + 3, 0);
    child_with("kill", KILL, 1);
    child_with("kill thread, the only one", KILL_THREAD, 1);
    child_with("unknown action", 0x12340000, 1);
    int pid = fork();
    if (pid == 0) {
        mask_signal(0, 31), set_action(31, (word)caught);
        answer(Getppid, TRAP, 0);
        call0(Getppid);
        leave(0);
    }
    show_end("trap, blocked", pid);
    pid = fork();
    if (pid == 0) {
        answer(Getppid, ERRNO + 1, 0);
        answer(Getppid, LOG, 0);
        print_line("error beats log: ", call0(Getppid));
        answer(Getppid, ERRNO + 2, 0);
        print_line("the newest of two errors: ", call0(Getppid));
        answer(Getppid, TRACE, 0);
        print_line("error beats trace: ", call0(Getppid));
        answer(Getppid, TRAP, 0), set_action(31, (word)caught);
        print_line("trap beats error: ", call0(Getppid));
        answer(Getppid, KILL_THREAD, 0);
        answer(Getppid, KILL, 0);
        call0(Getppid);
        leave(0);
    }
    show_end("kill beats all", pid);
}

static byte stack[16384];
enum { Thread = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD };
static volatile int done, go;

static void wait_until(volatile int *flag)
{
    while (!*flag)
        sleep_ms(1);
}

static void forbidden_thread(void)
{
    answer(Getppid, KILL_THREAD, 0);
    done = 1;
    call0(Getppid);
    done = 2;
}

static void strict_mode(void)
{
    int pid = fork();
    if (pid == 0) {
        print_line("strict: ", call5(Prctl, 22, 1, 0, 0, 0));
        print("still writing\n");
        call1(1, 3);
    }
    show_end("exit", pid);
    pid = fork();
    if (pid == 0) {
        call3(Seccomp, Strict, 0, 0);
        call0(20);
        leave(0);
    }
    show_end("strict, another call", pid);
    pid = fork();
    if (pid == 0) {
        call3(Seccomp, Strict, 0, 0);
        call1(Group, 0);
    }
    show_end("strict, exit_group", pid);
    pid = fork();
    if (pid == 0) {
        answer(Getppid, ALLOW, 0);
        print_line("filter, then strict: ", call5(Prctl, 22, 1, 0, 0, 0));
        print_line("mode: ", call5(Prctl, 21, 0, 0, 0, 0));
        answer(Getppid, ALLOW, 0);
        print_line("in /proc: ", status_number(getpid(), "Seccomp:"));
        print_line("filters: ", status_number(getpid(), "Seccomp_filters:"));
        leave(0);
    }
    wait4(pid, 0, 0);
    pid = fork();
    if (pid == 0) {
        clone_onto(Thread, stack + sizeof stack, forbidden_thread);
        wait_until(&done);
        sleep_ms(50);
        print_line("the other thread goes on, that one does not: ", done);
        leave(4);
    }
    show_end("kill thread, one of two", pid);
}

/* ---- errors of the call itself ---- */

static void errors(void)
{
    word action = KILL;
    print_line("available: ", call3(Seccomp, Available, 0, (int)&action));
    for (word each = 0; each < 9; each++) {
        static const word known[] = {KILL_THREAD, TRAP, ERRNO, NOTIFY, TRACE, LOG, ALLOW, 5, 0x60000};
        action = known[each];
        print_line("  ", call3(Seccomp, Available, 0, (int)&action));
    }
    print_line("with flags: ", call3(Seccomp, Available, 1, (int)&action));
    print_line("nowhere: ", call3(Seccomp, Available, 0, 8));
    unsigned short sizes[3] = {0, 0, 0};
    print_line("sizes: ", call3(Seccomp, Sizes, 0, (int)sizes));
    print_line("  ", sizes[0]), print_line("  ", sizes[1]), print_line("  ", sizes[2]);
    print_line("sizes nowhere: ", call3(Seccomp, Sizes, 0, 8));
    print_line("sizes with flags: ", call3(Seccomp, Sizes, 1, (int)sizes));
    print_line("unknown operation: ", call3(Seccomp, 4, 0, 0));
    print_line("strict with flags: ", call3(Seccomp, Strict, 1, 0));
    print_line("strict with a pointer: ", call3(Seccomp, Strict, 0, 1));
    print_line("filter nowhere: ", call3(Seccomp, Filter, 0, 8));
    print_line("unknown flag: ", answer(Getppid, ALLOW, 64));
    print_line("both numbers: ", answer(Getppid, ALLOW, Tsync | Listen));
    print_line("killable without listener: ", answer(Getppid, ALLOW, Killable));
    print_line("prctl, mode 0: ", call5(Prctl, 22, 0, 0, 0, 0));
    print_line("prctl, mode 3: ", call5(Prctl, 22, 3, 0, 0, 0));
    print_line("prctl, filter nowhere: ", call5(Prctl, 22, 2, 0, 0, 0));
    print_line("mode: ", call5(Prctl, 21, 0, 0, 0, 0));
    int pid = fork();
    if (pid == 0) {
        call1(Setuid, 1000);
        print_line("a user: ", answer(Getppid, ALLOW, 0));
        print_line("no new privileges: ", call5(Prctl, 38, 1, 0, 0, 0));
        print_line("a user again: ", answer(Getppid, ERRNO + 9, 0));
        print_line("it holds: ", call0(Getppid));
        leave(0);
    }
    wait4(pid, 0, 0);
}

/* ---- who has it ---- */

static volatile int found;

static void asks(void)
{
    found = call0(Getppid);
    done = 1;
}

static void waits_and_asks(void)
{
    done = 1;
    wait_until(&go);
    found = call0(Getppid);
    print_line("  no new privileges: ", call5(Prctl, 39, 0, 0, 0, 0));
    done = 2;
}

static void waits_with_its_own(void)
{
    answer(Getuid, ERRNO + 3, 0);
    done = call0(Gettid);
    wait_until(&go);
}

static void inheritance(char *self)
{
    int pid = fork();
    if (pid == 0) {
        answer(Getppid, ERRNO + 11, 0);
        int child = fork();
        if (child == 0)
            leave(-call0(Getppid));
        show_end("a child's error", child);
        clone_onto(Thread, stack + sizeof stack, asks);
        wait_until(&done);
        print_line("a thread's: ", found);
        char *words[] = {self, "executed", 0};
        call3(Exec, (int)self, (int)words, 0);
        leave(98);
    }
    show_end("a new program's", pid);
    pid = fork();
    if (pid == 0) {
        call5(Prctl, 38, 1, 0, 0, 0);
        clone_onto(Thread, stack + sizeof stack, waits_and_asks);
        wait_until(&done);
        print_line("to all threads: ", answer(Getppid, ERRNO + 12, Tsync));
        go = 1;
        while (done != 2)
            sleep_ms(1);
        print_line("the other's: ", found);
        leave(0);
    }
    wait4(pid, 0, 0);
    pid = fork();
    if (pid == 0) {
        clone_onto(Thread, stack + sizeof stack, waits_with_its_own);
        wait_until(&done);
        print_line("who cannot follow is told: ", answer(Getppid, ERRNO + 12, Tsync) == done);
        print_line("or an error: ", answer(Getppid, ERRNO + 12, Tsync | Esrch));
        print_line("nothing was installed: ", call0(Getppid) > 0);
        go = 1;
        leave(0);
    }
    wait4(pid, 0, 0);
}

/* ---- answering for others ---- */

struct notification { word id[2], pid, flags, data[16]; };
struct response { word id[2]; int value, upper, error; word flags; };
struct descriptor { word id[2], flags, source, target, target_flags; };
#define RECEIVE 0xc0502100u
#define SEND 0xc0182101u
#define VALID 0x40082102u
#define ADD_DESCRIPTOR 0x40182103u

static volatile int listener;
static int parent;

static int request(word number, void *at) { return call3(Ioctl, listener, (int)number, (int)at); }

static int polled(void)
{
    struct { int fd; short wanted, found; } entry = {listener, 1 | 4, 0};
    call3(Poll, (int)&entry, 1, 0);
    return entry.found;
}

static void asker(void)
{
    listener = answer(Getppid, NOTIFY, Listen);
    print_line("another listener: ", answer(Getppid, NOTIFY, Listen));
    done = 1;
    int results[4];
    for (int i = 0; i < 4; i++)
        results[i] = call5(Getppid, 7 + i, 0, 0, 0, 0);
    int given = call0(Getppid);
    wait_until(&go);
    for (int i = 0; i < 4; i++)
        print_line("asked: ", results[i] == parent ? 1 : results[i]);
    print_line("given: ", write(given, "through it\n", 11));
    print_line("after the listener: ", call0(Getppid));
}

static void receive(struct notification *got)
{
    for (word i = 0; i < sizeof *got / 4; i++)
        ((word *)got)[i] = 0;
    print_line("received: ", request(RECEIVE, got));
}

static void respond(struct notification *got, int value, int error, word flags)
{
    struct response response = {{got->id[0], got->id[1]}, value, value >> 31, error, flags};
    print_line("sent: ", request(SEND, &response));
}

static void listening(void)
{
    done = go = 0, parent = getpid();
    int asking = clone_onto(CLONE_VM | CLONE_FILES | 17, stack + sizeof stack, asker);
    wait_until(&done);
    struct notification got = {{0, 0}, 1, 0, {0}};
    print_line("not empty: ", request(RECEIVE, &got));
    print_line("nowhere: ", request(RECEIVE, (void *)8));
    print_line("unknown request: ", request(0x2107, &got));
    while (!(polled() & 1))
        sleep_ms(1);
    print_line("ready to receive: ", polled());
    receive(&got);
    print_line("from: ", (int)got.pid == asking);
    print_line("call: ", (int)got.data[0]);
    print_line("its word: ", (int)got.data[4]);
    print_line("ready to send: ", polled());
    print_line("valid: ", request(VALID, got.id));
    struct response bad = {{got.id[0], got.id[1]}, 0, 0, 0, 2};
    print_line("unknown flag: ", request(SEND, &bad));
    bad.flags = 1, bad.error = -1;
    print_line("both: ", request(SEND, &bad));
    respond(&got, 321, 0, 0);
    struct response again = {{got.id[0], got.id[1]}, 321, 0, 0, 0};
    print_line("not twice: ", request(SEND, &again) < 0);
    print_line("valid no more: ", request(VALID, got.id));
    receive(&got);
    respond(&got, 0, -13, 0);
    receive(&got);
    respond(&got, 0, 0, 1);
    receive(&got);
    struct descriptor descriptor = {{got.id[0], got.id[1]}, 4, 1, 0, 0};
    print_line("unknown flag: ", request(ADD_DESCRIPTOR, &descriptor));
    descriptor.flags = 0, descriptor.target = 9;
    print_line("a number without the flag: ", request(ADD_DESCRIPTOR, &descriptor));
    descriptor.flags = 1, descriptor.source = 77;
    print_line("not open: ", request(ADD_DESCRIPTOR, &descriptor));
    descriptor.source = 1;
    print_line("at 9: ", request(ADD_DESCRIPTOR, &descriptor));
    respond(&got, 9, 0, 0);
    receive(&got);
    descriptor = (struct descriptor){{got.id[0], got.id[1]}, 2, 1, 0, 0};
    print_line("added and sent: ", request(ADD_DESCRIPTOR, &descriptor) > 2);
    close(listener);
    go = 1;
    show_end("the other ends", asking);
}

static void interrupted(int signal) { print_line("interrupted by ", signal); }

static void asks_once(void)
{
    set_action(10, (word)interrupted);
    listener = answer(Getppid, NOTIFY, Listen);
    done = 1;
    print_line("a signal ends it: ", call0(Getppid));
}

static void dies_asking(void)
{
    set_action(10, (word)interrupted);
    listener = answer(Getppid, NOTIFY, Listen | Killable);
    done = 1;
    call0(Getppid);
}

static void withdrawing(void)
{
    done = 0;
    int asking = clone_onto(CLONE_VM | CLONE_FILES | 17, stack + sizeof stack, asks_once);
    wait_until(&done);
    struct notification got;
    receive(&got);
    kill(asking, 10);
    show_end("it goes on", asking);
    print_line("nobody waits: ", request(VALID, got.id));
    respond(&got, 0, 0, 0);
    print_line("hung up: ", polled());
    for (word i = 0; i < sizeof got / 4; i++)
        ((word *)&got)[i] = 0;
    print_line("nothing will come: ", request(RECEIVE, &got));
    close(listener);
    done = 0;
    asking = clone_onto(CLONE_VM | CLONE_FILES | 17, stack + sizeof stack, dies_asking);
    wait_until(&done);
    receive(&got);
    kill(asking, 10);
    sleep_ms(20);
    print_line("deaf to what does not kill: ", request(VALID, got.id));
    kill(asking, 9);
    show_end("killed", asking);
    close(listener);
}

/* ---- asking a tracer ---- */

static int ptrace(int what, int pid, int address, void *data) { return call4(Ptrace, what, pid, address, (int)data); }

static int next_stop(int pid, int how)
{
    int status = 0;
    ptrace(how, pid, 0, 0);
    wait4(pid, &status, 0);
    return status;
}

static void tracing(void)
{
    enum { Me = 0, Cont = 7, Getregs = 12, Setregs = 13, Syscall = 24, Options = 0x4200, Message = 0x4201 };
    enum { GetFilter = 0x420c, Metadata = 0x420d, CallInfo = 0x420e, Orig = 11, Eax = 6 };
    int pid = fork();
    if (pid == 0) {
        ptrace(Me, 0, 0, 0);
        kill(getpid(), 19);
        answer(Getuid, ERRNO + 4, 0);
        answer(Getppid, TRACE + 77, Log);
        for (int i = 0; i < 5; i++)
    {
            int result = call2(Getppid, 8, 9);
            print_line("the call gives: ", result == parent ? 1 : result);
        }
        leave(6);
    }
    int status = 0, registers[17], message = 0;
    wait4(pid, &status, 0);
    print_line("filter of none: ", ptrace(GetFilter, pid, 0, 0));
    print_line("options: ", ptrace(Options, pid, 0, (void *)(0x80 | 1)));
    print_line("stop: ", next_stop(pid, Cont));
    ptrace(Message, pid, 0, &message);
    print_line("message: ", message);
    ptrace(Getregs, pid, 0, registers);
    print_line("orig_eax: ", registers[Orig]);
    print_line("eax: ", registers[Eax]);
    static byte info[96];
    print_line("info: ", ptrace(CallInfo, pid, sizeof info, info));
    print_line("  kind ", info[0]);
    print_line("  call ", *(int *)(info + 24));
    print_line("  word ", *(int *)(info + 32));
    print_line("  data ", *(int *)(info + 80));
    static struct instruction got[8];
    print_line("filters' length: ", ptrace(GetFilter, pid, 0, 0));
    print_line("the second: ", ptrace(GetFilter, pid, 1, got));
    print("  returns "), print_hex(got[2].k), print("\n");
    print_line("the first: ", ptrace(GetFilter, pid, 0, got));
    print("  returns "), print_hex(got[2].k), print("\n");
    print_line("nowhere: ", ptrace(GetFilter, pid, 0, (void *)8));
    print_line("the third: ", ptrace(GetFilter, pid, 2, got));
    word metadata[4] = {1, 0, 9, 9};
    print_line("metadata: ", ptrace(Metadata, pid, 16, metadata));
    print_line("  flags ", (int)metadata[2]);
    print_line("  too little: ", ptrace(Metadata, pid, 7, metadata));
    registers[Orig] = -1, registers[Eax] = 42; /* not made */
    ptrace(Setregs, pid, 0, registers);
    print_line("stop: ", next_stop(pid, Cont));
    ptrace(Getregs, pid, 0, registers);
    registers[Orig] = Getgid; /* another */
    ptrace(Setregs, pid, 0, registers);
    print_line("stop: ", next_stop(pid, Cont));
    ptrace(Getregs, pid, 0, registers);
    registers[Orig] = Getuid; /* one that the filters do not like */
    ptrace(Setregs, pid, 0, registers);
    print_line("stop: ", next_stop(pid, Cont));
    print_line("at its end: ", next_stop(pid, Syscall)); /* let it be */
    ptrace(Getregs, pid, 0, registers);
    registers[Eax] = 43;
    ptrace(Setregs, pid, 0, registers);
    print_line("suspended: ", ptrace(Options, pid, 0, (void *)0x200000));
    print_line("end: ", next_stop(pid, Cont));
}

int main(int count, char **words)
{
    if (count > 1)
        return -call0(Getppid);
    errors();
    int pid = fork();
    if (pid == 0) {
        programs();
        leave(0);
    }
    wait4(pid, 0, 0);
    computing();
    actions();
    strict_mode();
    inheritance(words[0]);
    listening();
    withdrawing();
    tracing();
    return 0;
}

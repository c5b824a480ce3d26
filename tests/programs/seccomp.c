/* seccomp: strict mode, filters, what they may do and be, and who has them. */
#include "filters.h"

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
    return 0;
}

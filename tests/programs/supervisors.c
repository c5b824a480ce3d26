/* supervisors: processes that answer for the filtered calls of others (seccomp_unotify(2)), and tracers that filters ask. */
#include "filters.h"

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
int main(void)
{
    listening();
    withdrawing();
    tracing();
    return 0;
}

/* errors_ipc: System V semaphores and messages by their own numbers and through ipc, and POSIX queues, with every error that can be had. */
#include "tries.h"
#include "handler.h"

enum { Ipc = 117, Mq_open = 277, Mq_unlink, Mq_send, Mq_receive, Mq_notify, Mq_getsetattr, Semget = 393, Semctl, Msgget = 399, Msgsnd, Msgrcv, Msgctl, Mq_send64 = 418, Mq_receive64, Semtimedop64, Getuid = 199 };
enum { Private = 0, Creat = 01000, Excl = 02000, Nowait = 04000, Rmid = 0, Set = 1, Stat = 2, Getval = 12, Getall = 13, Getncnt, Setval = 16, Setall, Stat_any = 20, Undo = 0x1000, Alrm = 14 };
enum { Semop = 1, Semtimedop = 4, Ipc_msgsnd = 11, Ipc_msgrcv, Ipc_msgget, Nobody = 0x7ffffff, File = 40, Reader, Writer, Quiet, Except = 020000, Copy = 040000, Noerror = 010000 };

struct operation { unsigned short number; short change, flags; };
struct message { int type; char text[16]; };

static byte data[9000];
static char long_name[300];
static struct operation up = {0, 1, 0}, down = {0, -1, 0}, down_now = {0, -1, Nowait}, zero = {0, 0, Nowait}, beyond = {5, 1, 0}, lots = {0, 32767, 0};
static struct message hello = {1, "hello"}, no_type = {0, ""}, negative_type = {-1, ""};
static int negative[4] = {-1, -1, 0, 0}, large[4] = {0, 0, 1000000000, 0}, soon[4] = {0, 0, 1000000, 0}, old_large[2] = {0, 1000000000}, past[4] = {1, 0, 0, 0}, notify[16], none_attributes[8] = {0, 0, 0, 0}, large_attributes[8] = {0, 70000, 8, 0}, flags[8] = {0x1000, 0};

/* Nobody is the id of no set and no queue; File is an ordinary file, Reader and Writer are queues open one way. */
static const struct try wrong[] = {
    {"ipc none", Ipc, {99, 0, 0, 0, 0, 0}}, {"ipc 0", Ipc, {0, 0, 0, 0, 0, 0}}, {"ipc SEMCTL bad", Ipc, {3, Nobody, 0, Getval, BAD, 0}}, {"ipc MSGRCV bad", Ipc, {Ipc_msgrcv, Nobody, 10, 0, BAD, 0}}, {"ipc SEMOP", Ipc, {Semop, Nobody, 1, 0, (int)&up, 0}}, {"ipc SEMOP bad", Ipc, {Semop, Nobody, 1, 0, BAD, 0}}, {"ipc SEMTIMEDOP", Ipc, {Semtimedop, Nobody, 1, 0, (int)&up, (int)old_large}},
    {"ipc SEMTIMEDOP bad time", Ipc, {Semtimedop, Nobody, 1, 0, (int)&up, BAD}}, {"ipc MSGSND", Ipc, {Ipc_msgsnd, Nobody, 5, 0, (int)&hello, 0}},
    {"semget none", Semget, {Nobody, 1, 0}}, {"semget 0", Semget, {Private, 0, Creat}}, {"semget many", Semget, {Private, 32001, Creat}}, {"semget negative", Semget, {Private, -1, Creat}},
    {"semctl nobody", Semctl, {Nobody, 0, Getval, 0}}, {"semctl negative", Semctl, {-1, 0, Getval, 0}}, {"semctl command", Semctl, {Nobody, 0, 99, 0}}, {"semctl STAT_ANY", Semctl, {Nobody, 0, Stat_any, (int)data}}, {"semctl SETVAL nobody, large", Semctl, {Nobody, 0, Setval, 40000}}, {"semctl SET bad", Semctl, {Nobody, 0, Set, BAD}},
    {"semtimedop_time64 nobody", Semtimedop64, {Nobody, (int)&up, 1, 0}}, {"semtimedop_time64 negative id", Semtimedop64, {-1, (int)&up, 1, 0}}, {"semtimedop_time64 none", Semtimedop64, {Nobody, (int)&up, 0, 0}}, {"semtimedop_time64 negative id, bad", Semtimedop64, {-1, BAD, 1, 0}}, {"semtimedop_time64 negative id, many", Semtimedop64, {-1, 0, 501, (int)negative}}, {"msgrcv COPY bad", Msgrcv, {Nobody, BAD, 5, 0, Copy | Nowait}}, {"semtimedop_time64 many", Semtimedop64, {Nobody, BAD, 501, 0}}, {"semtimedop_time64 bad", Semtimedop64, {Nobody, BAD, 1, 0}}, {"semtimedop_time64 bad time", Semtimedop64, {-1, BAD, 1, BAD}},
    {"semtimedop_time64 negative", Semtimedop64, {Nobody, (int)&up, 1, (int)negative}}, {"semtimedop_time64 large", Semtimedop64, {Nobody, (int)&up, 1, (int)large}},
    {"msgget none", Msgget, {Nobody, 0}}, {"msgsnd nobody", Msgsnd, {Nobody, (int)&hello, 5, 0}}, {"msgsnd bad", Msgsnd, {Nobody, BAD, 5, 0}}, {"msgsnd negative id", Msgsnd, {-1, (int)&hello, 5, 0}}, {"msgsnd negative size", Msgsnd, {Nobody, (int)&hello, -1, 0}}, {"msgsnd long", Msgsnd, {Nobody, (int)&hello, 8193, 0}}, {"msgsnd long, bad", Msgsnd, {Nobody, BAD, 8193, 0}},
    {"msgsnd no type", Msgsnd, {Nobody, (int)&no_type, 5, 0}}, {"msgsnd negative type", Msgsnd, {Nobody, (int)&negative_type, 5, 0}}, {"msgrcv nobody", Msgrcv, {Nobody, (int)data, 5, 0, 0}}, {"msgrcv nobody, bad", Msgrcv, {Nobody, BAD, 5, 0, 0}}, {"msgrcv negative size", Msgrcv, {Nobody, (int)data, -1, 0, 0}}, {"msgrcv COPY waiting", Msgrcv, {Nobody, (int)data, 5, 0, Copy}},
    {"msgrcv COPY EXCEPT", Msgrcv, {Nobody, (int)data, 5, 0, Copy | Except | Nowait}}, {"msgctl nobody", Msgctl, {Nobody, Stat, (int)data}}, {"msgctl negative", Msgctl, {-1, Stat, (int)data}}, {"msgctl command", Msgctl, {Nobody, 99, 0}}, {"msgctl SET bad", Msgctl, {Nobody, Set, BAD}},
    {"mq_open bad", Mq_open, {BAD, 0, 0, 0}}, {"mq_open none", Mq_open, {(int)"emu386-none", 0, 0, 0}}, {"mq_open empty", Mq_open, {(int)"", 0, 0, 0}}, {"mq_open slash", Mq_open, {(int)"a/b", O_CREAT, 0600, 0}}, {"mq_open dot", Mq_open, {(int)".", O_CREAT, 0600, 0}}, {"mq_open dots", Mq_open, {(int)"..", 0, 0600, 0}}, {"mq_open long", Mq_open, {(int)long_name, O_CREAT, 0600, 0}}, {"mq_open bad attributes", Mq_open, {(int)"emu386-none", O_CREAT, 0600, BAD}},
    {"mq_open no messages", Mq_open, {(int)"emu386-none", O_CREAT, 0600, (int)none_attributes}}, {"mq_open too many", Mq_open, {(int)"emu386-none", O_CREAT, 0600, (int)large_attributes}}, {"mq_unlink bad", Mq_unlink, {BAD}}, {"mq_unlink none", Mq_unlink, {(int)"emu386-none"}}, {"mq_unlink slash", Mq_unlink, {(int)"a/b"}}, {"mq_unlink long", Mq_unlink, {(int)long_name}}, {"mq_unlink empty", Mq_unlink, {(int)""}}, {"mq_unlink dot", Mq_unlink, {(int)"."}},
    {"mq_timedsend none", Mq_send, {NONE, (int)data, 5, 0, 0}}, {"mq_timedsend file", Mq_send, {File, (int)data, 5, 0, 0}}, {"mq_timedsend reader", Mq_send, {Reader, (int)data, 5, 0, 0}}, {"mq_timedsend priority", Mq_send, {NONE, (int)data, 5, 32768, 0}}, {"mq_timedsend bad time", Mq_send, {NONE, (int)data, 5, 0, BAD}}, {"mq_timedsend time", Mq_send, {NONE, (int)data, 5, 0, (int)old_large}},
    {"mq_timedsend long", Mq_send, {Writer, (int)data, 9000, 0, 0}}, {"mq_timedsend bad", Mq_send, {Writer, BAD, 5, 0, 0}}, {"mq_timedsend_time64 none", Mq_send64, {NONE, (int)data, 5, 0, 0}}, {"mq_timedsend_time64 file", Mq_send64, {File, (int)data, 5, 0, 0}}, {"mq_timedsend_time64 reader", Mq_send64, {Reader, (int)data, 5, 0, 0}}, {"mq_timedsend_time64 priority", Mq_send64, {Writer, (int)data, 5, 32768, 0}},
    {"mq_timedsend_time64 bad time", Mq_send64, {Writer, (int)data, 5, 0, BAD}}, {"mq_timedsend_time64 time", Mq_send64, {Writer, (int)data, 5, 0, (int)large}}, {"mq_timedsend_time64 negative", Mq_send64, {Writer, (int)data, 5, 0, (int)negative}}, {"mq_timedsend_time64 long", Mq_send64, {Writer, (int)data, 9000, 0, 0}}, {"mq_timedsend_time64 bad", Mq_send64, {Writer, BAD, 5, 0, 0}},
    {"mq_timedreceive none", Mq_receive, {NONE, (int)data, 9000, 0, 0}}, {"mq_timedreceive file", Mq_receive, {File, (int)data, 9000, 0, 0}}, {"mq_timedreceive writer", Mq_receive, {Writer, (int)data, 9000, 0, 0}}, {"mq_timedreceive short", Mq_receive, {Reader, (int)data, 5, 0, 0}}, {"mq_timedreceive bad time", Mq_receive, {NONE, (int)data, 5, 0, BAD}},
    {"mq_timedreceive_time64 none", Mq_receive64, {NONE, (int)data, 9000, 0, 0}}, {"mq_timedreceive_time64 writer", Mq_receive64, {Writer, (int)data, 9000, 0, 0}}, {"mq_timedreceive_time64 short", Mq_receive64, {Reader, (int)data, 5, 0, 0}}, {"mq_timedreceive_time64 time", Mq_receive64, {Reader, (int)data, 9000, 0, (int)large}}, {"mq_timedreceive_time64 past", Mq_receive64, {Reader, (int)data, 9000, 0, (int)past}},
    {"mq_timedreceive_time64 at once", Mq_receive64, {Quiet, (int)data, 9000, 0, 0}}, {"mq_timedreceive at once", Mq_receive, {Quiet, (int)data, 9000, 0, 0}}, {"mq_timedsend_time64", Mq_send64, {Writer, (int)data, 5, 3, 0}}, {"mq_timedreceive_time64", Mq_receive64, {Reader, (int)data, 9000, (int)notify, 0}}, {"mq_timedsend_time64 nothing", Mq_send64, {Writer, BAD, 0, 3, 0}}, {"mq_timedreceive_time64 bad", Mq_receive64, {Reader, BAD, 9000, 0, 0}}, {"mq_timedsend", Mq_send, {Writer, (int)data, 5, 3, 0}},
    {"mq_timedreceive bad priority", Mq_receive, {Reader, (int)data, 9000, BAD, 0}}, {"mq_timedreceive after it", Mq_receive, {Quiet, (int)data, 9000, 0, 0}},
    {"mq_notify none", Mq_notify, {NONE, 0}}, {"mq_notify file", Mq_notify, {File, 0}}, {"mq_notify no signal", Mq_notify, {File, (int)notify}}, {"mq_notify bad", Mq_notify, {Reader, BAD}}, {"mq_notify none, bad", Mq_notify, {NONE, BAD}}, {"mq_getsetattr none", Mq_getsetattr, {NONE, 0, 0}}, {"mq_getsetattr file", Mq_getsetattr, {File, 0, 0}}, {"mq_getsetattr bad", Mq_getsetattr, {Reader, BAD, 0}}, {"mq_getsetattr bad old", Mq_getsetattr, {Reader, 0, BAD}}, {"mq_getsetattr none, bad", Mq_getsetattr, {NONE, BAD, 0}},
    {"mq_getsetattr flags", Mq_getsetattr, {Reader, (int)flags, 0}}, {"mq_getsetattr none, flags", Mq_getsetattr, {NONE, (int)flags, 0}},
};

static int set, queue;

static void ring(int signal) { print(signal == Alrm ? "rings\n" : "?\n"); }

static int operate(struct operation *operation, int *time) { return call4(Semtimedop64, set, (int)operation, 1, (int)time); }

static void in_time(int milliseconds) { call3(NR_setitimer, 0, (int)(int[]){0, 0, 0, milliseconds * 1000}, 0); }

/* A call that sleeps until a child removes what it sleeps for. */
static void removed(const char *what, int number, int control, int id, int a, int b, int c)
{
    int child = fork();
    if (child == 0) {
        sleep_ms(50);
        call3(control, id, number == Semtimedop64 ? 0 : Rmid, number == Semtimedop64 ? Rmid : 0);
        leave(0);
    }
    show(what, call5(number, id, a, b, c, 0));
    wait4(child, 0, 0);
}

static void unprivileged(void)
{
    show("semctl STAT", call4(Semctl, set, 0, Stat, (int)data));
    show("semctl SETVAL", call4(Semctl, set, 0, Setval, 1));
    show("semctl RMID", call4(Semctl, set, 0, Rmid, 0));
    show("semtimedop_time64", operate(&up, 0));
    show("msgsnd", call4(Msgsnd, queue, (int)&hello, 5, 0));
    show("msgrcv", call5(Msgrcv, queue, (int)data, 5, 0, 0));
    show("msgctl STAT", call3(Msgctl, queue, Stat, (int)data));
    show("msgctl RMID", call3(Msgctl, queue, Rmid, 0));
    show("mq_open", call4(Mq_open, (int)"emu386-test", O_RDONLY, 0, 0));
    show("mq_unlink", call1(Mq_unlink, (int)"emu386-test"));
    char name[32];
    int count = 0, opened, small[8] = {0, 1, 1, 0};
    for (; count < 300; count++) {
        append_number(append(name, "emu386-"), (word)count);
        if ((opened = call4(Mq_open, (int)name, O_CREAT | O_RDWR, 0600, (int)small)) < 0)
            break;
        close(opened);
    }
    show("mq_open many", opened);
    while (count-- > 0)
        append_number(append(name, "emu386-"), (word)count), call1(Mq_unlink, (int)name);
}

static void systemv(void)
{
    set = call3(Semget, Private, 1, 0600), queue = call2(Msgget, Private, 0600);
    show("semtimedop_time64", operate(&up, 0));
    show("semtimedop_time64 not zero", operate(&zero, 0));
    show("semtimedop_time64 beyond", operate(&beyond, 0));
    show("semtimedop_time64 too much", operate(&lots, 0));
    show("semtimedop_time64 down", operate(&down_now, soon));
    show("semtimedop_time64 down again", operate(&down_now, 0));
    show("semtimedop_time64 time out", operate(&down, soon));
    in_time(20);
    show("semtimedop_time64 interrupted", operate(&down, 0));
    show("semctl command", call4(Semctl, set, 0, 99, 0));
    show("semctl number", call4(Semctl, set, 5, Getval, 0));
    show("semctl SETVAL large", call4(Semctl, set, 0, Setval, 32768));
    show("semctl SETALL bad", call4(Semctl, set, 0, Setall, BAD));
    show("semctl GETALL bad", call4(Semctl, set, 0, Getall, BAD));
    show("semctl STAT bad", call4(Semctl, set, 0, Stat, BAD));
    show("msgsnd", call4(Msgsnd, queue, (int)&hello, 5, 0));
    show("msgsnd bad text", call4(Msgsnd, queue, BAD, 0, 0));
    show("msgrcv long", call5(Msgrcv, queue, (int)data, 4, 0, 0));
    show("msgrcv of no type", call5(Msgrcv, queue, (int)data, 4, 7, Nowait));
    show("msgrcv bad", call5(Msgrcv, queue, BAD, 5, 0, 0));
    show("msgrcv after it", call5(Msgrcv, queue, (int)data, 5, 0, Nowait));
    in_time(20);
    show("msgrcv interrupted", call5(Msgrcv, queue, (int)data, 5, 0, 0));
    show("msgctl STAT bad", call3(Msgctl, queue, Stat, BAD));
    show("msgctl SET bad", call3(Msgctl, queue, Set, BAD));
    show("msgctl command", call3(Msgctl, queue, 99, 0));
    while (call4(Msgsnd, queue, (int)&hello, 4096, Nowait) == 0)
        ;
    show("msgsnd full", call4(Msgsnd, queue, (int)&hello, 4096, Nowait));
    in_time(20);
    show("msgsnd interrupted", call4(Msgsnd, queue, (int)&hello, 4096, 0));
    in_child_of(USER, unprivileged);
    removed("semtimedop_time64 removed", Semtimedop64, Semctl, set, (int)&down, 1, 0);
    removed("msgsnd removed", Msgsnd, Msgctl, queue, (int)&hello, 4096, 0);
    show("semctl after it", call4(Semctl, set, 0, Getval, 0));
    show("msgctl after it", call3(Msgctl, queue, Stat, (int)data));
}

static void posix(void)
{
    call2(NR_dup2, open("/dev/null", O_RDWR, 0), File);
    int attributes[8] = {0, 1, 64, 0}, queue = call4(Mq_open, (int)"emu386-test", O_CREAT | O_RDWR, 0600, (int)attributes);
    call2(NR_dup2, call4(Mq_open, (int)"emu386-test", O_RDONLY, 0, 0), Reader), call2(NR_dup2, call4(Mq_open, (int)"emu386-test", O_WRONLY, 0, 0), Writer), call2(NR_dup2, call4(Mq_open, (int)"emu386-test", O_RDWR | O_NONBLOCK, 0, 0), Quiet);
    TRY_EACH(wrong);
    show("mq_open there", call4(Mq_open, (int)"emu386-test", O_CREAT | O_EXCL, 0600, 0));
    show("mq_open mode 3", call4(Mq_open, (int)"emu386-test", 3, 0, 0));
    in_time(20);
    show("mq_timedreceive interrupted", call5(Mq_receive, queue, (int)data, 100, 0, 0));
    in_time(20);
    show("mq_timedreceive_time64 interrupted", call5(Mq_receive64, queue, (int)data, 100, 0, 0));
    show("mq_timedsend", call5(Mq_send, queue, (int)data, 5, 0, 0));
    show("mq_timedsend at once", call5(Mq_send, Quiet, (int)data, 5, 0, 0));
    show("mq_timedsend_time64 at once", call5(Mq_send64, Quiet, (int)data, 5, 0, 0));
    show("mq_timedsend_time64 past", call5(Mq_send64, queue, (int)data, 5, 0, (int)past));
    in_time(20);
    show("mq_timedsend interrupted", call5(Mq_send, queue, (int)data, 5, 0, 0));
    in_time(20);
    show("mq_timedsend_time64 interrupted", call5(Mq_send64, queue, (int)data, 5, 0, 0));
}

int main(void)
{
    memset(long_name, 'n', 256);
    set_action(Alrm, (word)ring);
    posix();
    systemv();
    show("mq_unlink", call1(Mq_unlink, (int)"emu386-test"));
    return 0;
}

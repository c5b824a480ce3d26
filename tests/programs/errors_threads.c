/* errors_threads: futexes with 64-bit times, robust lists, restartable sequences, segments, random octets, with every error. */
#include "tries.h"
#include "handler.h"

enum { Futex = 240, Set_thread_area = 243, Get_thread_area, Set_robust_list = 311, Get_robust_list, Kcmp = 349, Getrandom = 355, Membarrier = 375, Arch_prctl = 384, Rseq = 386, Futex64 = 422, Waitv = 449 };
enum { Wait, Wake, Fd, Requeue, Cmp_requeue, Wake_op, Lock_pi, Unlock_pi, Trylock_pi, Wait_bitset, Wake_bitset, Wait_requeue_pi, Cmp_requeue_pi, Lock_pi2, Realtime = 256 };
enum { Usr1 = 10, Alrm = 14, Nobody_there = 99999999, Signature = 0x53053053 };

static word at, second, stale = 0x3ffffffe, unlocked, owned;
static int soon[4] = {0, 0, 1000000, 0}, negative[4] = {-1, -1, 0, 0}, large[4] = {0, 0, 1000000000, 0}, nothing[4];
static word head[3], *head_pointer, size, user_desc[4] = {0, 0, 0, 0};
static byte octets[300];
static struct { byte area[64]; } __attribute__((aligned(64))) registered, elsewhere;
static struct waiter { word value[2], address[2], flags, reserved; } no_flags = {{0}, {0}, 0, 0}, reserved = {{0}, {0}, 2, 1}, size64 = {{0}, {0}, 3, 0}, bad_word = {{0}, {BAD, 0}, 2, 0};

static const struct try futexes[] = {
    {"futex_time64 other value", Futex64, {(int)&at, Wait, 5, 0, 0, 0}}, {"futex_time64 bad", Futex64, {BAD, Wait, 0, 0, 0, 0}}, {"futex_time64 crooked", Futex64, {(int)&at + 1, Wait, 0, 0, 0, 0}}, {"futex_time64 bad time", Futex64, {(int)&at, Wait, 0, BAD, 0, 0}},
    {"futex_time64 negative", Futex64, {(int)&at, Wait, 0, (int)negative, 0, 0}}, {"futex_time64 large", Futex64, {(int)&at, Wait, 0, (int)large, 0, 0}}, {"futex_time64 time out", Futex64, {(int)&at, Wait, 0, (int)soon, 0, 0}}, {"futex_time64 no time", Futex64, {(int)&at, Wait, 0, (int)nothing, 0, 0}},
    {"futex_time64 none", Futex64, {(int)&at, 99, 0, 0, 0, 0}}, {"futex_time64 FD", Futex64, {(int)&at, Fd, 0, 0, 0, 0}}, {"futex_time64 WAKE realtime", Futex64, {(int)&at, Wake | Realtime, 1, 0, 0, 0}}, {"futex_time64 WAIT realtime", Futex64, {(int)&at, Wait | Realtime, 5, 0, 0, 0}},
    {"futex_time64 WAKE", Futex64, {(int)&at, Wake, 1, 0, 0, 0}}, {"futex_time64 WAKE bad", Futex64, {BAD, Wake, 1, 0, 0, 0}}, {"futex_time64 WAKE crooked", Futex64, {(int)&at + 2, Wake, 1, 0, 0, 0}}, {"futex_time64 BITSET 0", Futex64, {(int)&at, Wait_bitset, 0, 0, 0, 0}}, {"futex_time64 WAKE_BITSET 0", Futex64, {(int)&at, Wake_bitset, 1, 0, 0, 0}},
    {"futex_time64 BITSET past", Futex64, {(int)&at, Wait_bitset, 0, (int)soon, 0, 1}}, {"futex_time64 REQUEUE", Futex64, {(int)&at, Requeue, 1, 1, (int)&second, 0}}, {"futex_time64 REQUEUE negative", Futex64, {(int)&at, Requeue, -1, 1, (int)&second, 0}}, {"futex_time64 REQUEUE bad", Futex64, {(int)&at, Requeue, 1, 1, BAD, 0}},
    {"futex_time64 CMP_REQUEUE", Futex64, {(int)&at, Cmp_requeue, 1, 1, (int)&second, 5}}, {"futex_time64 WAKE_OP unknown", Futex64, {(int)&at, Wake_op, 1, 1, (int)&second, 0x70000000}}, {"futex_time64 WAKE_OP bad", Futex64, {(int)&at, Wake_op, 1, 1, BAD, 0}},
    {"futex_time64 LOCK_PI of nobody", Futex64, {(int)&stale, Lock_pi, 0, 0, 0, 0}}, {"futex_time64 LOCK_PI", Futex64, {(int)&owned, Lock_pi, 0, 0, 0, 0}}, {"futex_time64 LOCK_PI again", Futex64, {(int)&owned, Lock_pi, 0, 0, 0, 0}}, {"futex_time64 TRYLOCK_PI again", Futex64, {(int)&owned, Trylock_pi, 0, 0, 0, 0}},
    {"futex_time64 LOCK_PI2 bad time", Futex64, {(int)&owned, Lock_pi2, 0, BAD, 0, 0}}, {"futex_time64 UNLOCK_PI", Futex64, {(int)&owned, Unlock_pi, 0, 0, 0, 0}}, {"futex_time64 UNLOCK_PI again", Futex64, {(int)&unlocked, Unlock_pi, 0, 0, 0, 0}}, {"futex_time64 UNLOCK_PI bad", Futex64, {BAD, Unlock_pi, 0, 0, 0, 0}},
    {"futex_time64 WAIT_REQUEUE_PI itself", Futex64, {(int)&at, Wait_requeue_pi, 0, 0, (int)&at, 0}}, {"futex_time64 CMP_REQUEUE_PI 2", Futex64, {(int)&at, Cmp_requeue_pi, 2, 1, (int)&second, 0}}, {"futex_time64 CMP_REQUEUE_PI itself", Futex64, {(int)&at, Cmp_requeue_pi, 1, 1, (int)&at, 0}},
    {"futex REQUEUE negative, bad", Futex, {BAD, Requeue, -1, 1, BAD, 0}}, {"futex UNLOCK_PI crooked", Futex, {(int)&at + 1, Unlock_pi, 0, 0, 0, 0}}, {"futex WAKE_BITSET 0, bad", Futex, {BAD, Wake_bitset, 1, 0, 0, 0}}, {"futex WAIT realtime, bad time", Futex, {(int)&at, Wait | Realtime, 0, BAD, 0, 0}}, {"futex CMP_REQUEUE_PI 2, bad", Futex, {BAD, Cmp_requeue_pi, 2, 1, (int)&second, 0}}, {"futex WAIT_REQUEUE_PI itself, bad", Futex, {BAD, Wait_requeue_pi, 0, 0, BAD, 0}},
    {"futex FD", Futex, {(int)&at, Fd, 0, 0, 0, 0}}, {"futex none", Futex, {(int)&at, 14, 0, 0, 0, 0}}, {"futex none, bad", Futex, {BAD, 99, 0, BAD, BAD, 0}}, {"futex negative", Futex, {(int)&at, Wait, 0, (int)negative, 0, 0}}, {"futex top", Futex, {-4, Wait, 0, 0, 0, 0}}, {"futex WAKE top", Futex, {-4, Wake, 1, 0, 0, 0}},
    {"futex_waitv none", Waitv, {(int)&no_flags, 0, 0, 0, 0}}, {"futex_waitv many", Waitv, {(int)&no_flags, 129, 0, 0, 0}}, {"futex_waitv flags", Waitv, {(int)&no_flags, 1, 1, 0, 0}}, {"futex_waitv size 8", Waitv, {(int)&no_flags, 1, 0, 0, 0}}, {"futex_waitv size 64", Waitv, {(int)&size64, 1, 0, 0, 0}}, {"futex_waitv reserved", Waitv, {(int)&reserved, 1, 0, 0, 0}},
    {"futex_waitv bad", Waitv, {BAD, 1, 0, 0, 0}}, {"futex_waitv NULL", Waitv, {0, 1, 0, 0, 0}}, {"futex_waitv bad word", Waitv, {(int)&bad_word, 1, 0, 0, 0}}, {"futex_waitv bad time", Waitv, {(int)&bad_word, 1, 0, BAD, 1}}, {"futex_waitv clock", Waitv, {(int)&bad_word, 1, 0, (int)soon, 5}}, {"futex_waitv clock without time", Waitv, {(int)&bad_word, 1, 0, 0, 5}}, {"futex_waitv negative", Waitv, {(int)&bad_word, 1, 0, (int)negative, 1}},
};

static const struct try others[] = {
    {"set_robust_list", Set_robust_list, {(int)head, 12}}, {"set_robust_list size", Set_robust_list, {(int)head, 24}}, {"set_robust_list bad", Set_robust_list, {BAD, 12}}, {"set_robust_list NULL", Set_robust_list, {0, 12}},
    {"get_robust_list", Get_robust_list, {0, (int)&head_pointer, (int)&size}}, {"get_robust_list bad", Get_robust_list, {0, BAD, (int)&size}}, {"get_robust_list bad size", Get_robust_list, {0, (int)&head_pointer, BAD}}, {"get_robust_list nobody", Get_robust_list, {Nobody_there, (int)&head_pointer, (int)&size}},
    {"get_robust_list negative", Get_robust_list, {-1, (int)&head_pointer, (int)&size}}, {"get_robust_list nobody, bad", Get_robust_list, {Nobody_there, BAD, BAD}},
    {"set_thread_area bad", Set_thread_area, {BAD}}, {"get_thread_area bad", Get_thread_area, {BAD}}, {"get_thread_area NULL", Get_thread_area, {0}}, {"get_thread_area 0", Get_thread_area, {(int)user_desc}},
    {"getrandom", Getrandom, {(int)octets, sizeof octets, 0}}, {"getrandom nothing", Getrandom, {BAD, 0, 0}}, {"getrandom bad", Getrandom, {BAD, 10, 0}}, {"getrandom NONBLOCK", Getrandom, {(int)octets, 10, 1}}, {"getrandom RANDOM", Getrandom, {(int)octets, 10, 3}},
    {"getrandom INSECURE", Getrandom, {(int)octets, 10, 4}}, {"getrandom both", Getrandom, {(int)octets, 10, 6}}, {"getrandom unknown", Getrandom, {(int)octets, 10, 8}}, {"getrandom unknown, bad", Getrandom, {BAD, 10, 8}}, {"getrandom no memory", Getrandom, {-10, 20, 0}},
    {"membarrier none", Membarrier, {1024, 0, 0}}, {"membarrier two", Membarrier, {3, 0, 0}}, {"membarrier flags", Membarrier, {1, 1, 0}}, {"membarrier CPU 99", Membarrier, {128, 1, 99}}, {"membarrier negative", Membarrier, {-1, 0, 0}},
    {"rseq flags", Rseq, {(int)&registered, 32, 4, Signature}}, {"rseq size", Rseq, {(int)&registered, 31, 0, Signature}}, {"rseq size 0", Rseq, {(int)&registered, 0, 0, Signature}}, {"rseq crooked", Rseq, {(int)&registered + 4, 32, 0, Signature}}, {"rseq nothing to give up", Rseq, {(int)&registered, 32, 1, Signature}}, {"rseq NULL to give up", Rseq, {0, 32, 1, Signature}},
    {"rseq outside", Rseq, {-32, 32, 0, Signature}}, {"rseq", Rseq, {(int)&registered, 32, 0, Signature}}, {"rseq again", Rseq, {(int)&registered, 32, 0, Signature}}, {"rseq again, signature", Rseq, {(int)&registered, 32, 0, 1}}, {"rseq elsewhere", Rseq, {(int)&elsewhere, 32, 0, Signature}}, {"rseq again, size", Rseq, {(int)&registered, 64, 0, Signature}},
    {"rseq give up signature", Rseq, {(int)&registered, 32, 1, 1}}, {"rseq give up elsewhere", Rseq, {(int)&elsewhere, 32, 1, Signature}}, {"rseq give up, size", Rseq, {(int)&registered, 31, 1, Signature}}, {"rseq give up", Rseq, {(int)&registered, 32, 1, Signature}}, {"rseq give up again", Rseq, {(int)&registered, 32, 1, Signature}},
    {"rseq another", Rseq, {(int)&elsewhere, 32, 0, 1}}, {"rseq give up another", Rseq, {(int)&elsewhere, 32, 1, 1}},
    {"arch_prctl", Arch_prctl, {0x1011, 0}}, {"arch_prctl none", Arch_prctl, {0x9999, 0}}, {"arch_prctl SET_FS", Arch_prctl, {0x1002, 0}}, {"arch_prctl GET_FS", Arch_prctl, {0x1003, BAD}},
    {"kcmp files", Kcmp, {0, 0, 0, 0, 0}}, {"kcmp nobody", Kcmp, {Nobody_there, Nobody_there, 99, 0, 0}},
};

static int parent;

static void unprivileged(void)
{
    show("get_robust_list of another", call3(Get_robust_list, parent, (int)&head_pointer, (int)&size));
    show("get_robust_list of another, bad", call3(Get_robust_list, parent, BAD, BAD));
}

static void ring(int signal) { print(signal == Alrm ? "rings\n" : "?\n"); }

static void interrupted(const char *what, int number, int operation, int *time)
{
    static const int ringing[4] = {0, 0, 0, 20000};
    call3(NR_setitimer, 0, (int)ringing, 0);
    show(what, call6(number, (int)&at, operation, 0, (int)time, 0, -1));
}

static void compare(void)
{
    int self = getpid();
    show("kcmp", call5(Kcmp, self, self, 0, 1, 1));
    show("kcmp descriptor", call5(Kcmp, self, self, 0, 1, 99));
    show("kcmp kind", call5(Kcmp, self, self, 8, 0, 0));
    show("kcmp kind -1", call5(Kcmp, self, self, -1, 0, 0));
    int epoll = call1(NR_epoll_create1, 0), ends[2], slot[3] = {epoll, 0, 0}, event[3] = {1};
    pipe(ends);
    show("epoll_ctl", call4(NR_epoll_ctl, epoll, 1, slot[1] = ends[0], (int)event));
    show("kcmp EPOLL_TFD", call5(Kcmp, self, self, 7, ends[0], (int)slot));
    show("kcmp EPOLL_TFD another", call5(Kcmp, self, self, 7, ends[1], (int)slot) != 0);
    show("kcmp EPOLL_TFD descriptor", call5(Kcmp, self, self, 7, 99, (int)slot));
    slot[1] = ends[1];
    show("kcmp EPOLL_TFD not there", call5(Kcmp, self, self, 7, ends[0], (int)slot));
    slot[0] = ends[1];
    show("kcmp EPOLL_TFD no epoll", call5(Kcmp, self, self, 7, ends[0], (int)slot));
    slot[0] = 99;
    show("kcmp EPOLL_TFD no file", call5(Kcmp, self, self, 7, ends[0], (int)slot));
    show("kcmp EPOLL_TFD bad", call5(Kcmp, self, self, 7, 1, BAD));
}

static void bad_area(void)
{
    show("rseq bad", call4(Rseq, 32, 32, 0, Signature));
    print("lives\n");
}

int main(void)
{
    static int minute[4] = {60, 0, 0, 0};
    parent = getpid();
    TRY_EACH(futexes);
    TRY_EACH(others);
    in_child_of(USER, unprivileged);
    set_action(Alrm, (word)ring);
    interrupted("futex_time64", Futex64, Wait, minute);
    interrupted("futex_time64 for ever", Futex64, Wait_bitset, 0);
    interrupted("futex_time64 until", Futex64, Wait_bitset | Realtime, (int[]){0x7fffffff, 0, 0, 0});
    compare();
    in_child_of(0, bad_area);
    return 0;
}

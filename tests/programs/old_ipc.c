/* old_ipc: the structures of System V IPC as old programs know them: ipc() without IPC_64, ids of 16 bits. */
#include "print.h"

enum { Ipc = 117, Setresuid = 208 };
enum { Semop = 1, Semget, Semctl, Msgsnd = 11, Msgrcv, Msgget, Msgctl, Shmat = 21, Shmdt, Shmget, Shmctl };
enum { Remove, Set, Stat, Info, Msg_stat = 11, Shm_stat = 13, Sem_stat = 18, New = 0x100, Indices = 32768 };

static byte buffer[128];

static int ipc(int call, int a, int b, int c, void *pointer) { return call5(Ipc, call, a, b, c, (int)pointer); }

static int short_at(int at) { return buffer[at] | buffer[at + 1] << 8; }
static int word_at(int at) { return short_at(at) | short_at(at + 2) << 16; }

static void clean(void)
{
    for (word i = 0; i < sizeof buffer; i++)
        buffer[i] = 0xee;
}

/* How much was stored, and the permissions at its beginning. */
static void show(const char *what, int result)
{
    word size = sizeof buffer;
    while (size && buffer[size - 1] == 0xee)
        size--;
    print_line(what, result);
    print_line("  size ", (int)size);
    if (result < 0)
        return;
    print_line("  key ", word_at(0));
    for (int at = 4; at < 14; at += 2)
        print_line(at == 12 ? "  mode " : "  id ", short_at(at));
}

static void segments(int segment)
{
    clean();
    show("segment: ", ipc(Shmctl, segment, Stat, 0, buffer));
    print_line("  octets ", word_at(16));
    print_line("  attached at ", word_at(20));
    print_line("  changed, ever ", word_at(28) != 0);
    print_line("  made by me ", short_at(32) == (getpid() & 0xffff));
    print_line("  last ", short_at(34));
    print_line("  attachments ", short_at(36));
    clean();
    show("by index: ", ipc(Shmctl, segment % Indices, Shm_stat, 0, buffer) == segment);
    clean();
    print_line("limits: ", ipc(Shmctl, 0, Info, 0, buffer) >= 0);
    print_line("  least ", word_at(4));
    print_line("  untouched behind them ", word_at(20) == (int)0xeeeeeeee);
    print_line("bad place: ", ipc(Shmctl, segment, Stat, 0, (void *)8));
    print_line("nothing such: ", ipc(Shmctl, 77777777, Stat, 0, buffer));
}

static void queues(int queue)
{
    struct {
        int type;
        char text[8];
    } message = {5, "message"};
    print_line("send: ", ipc(Msgsnd, queue, 7, 0, &message));
    clean();
    show("queue: ", ipc(Msgctl, queue, Stat, 0, buffer));
    print_line("  first ", word_at(16));
    print_line("  sent, ever ", word_at(24) != 0);
    print_line("  received, ever ", word_at(28) != 0);
    print_line("  octets ", short_at(44));
    print_line("  messages ", short_at(46));
    print_line("  octets at most ", short_at(48));
    print_line("  sent by me ", short_at(50) == (getpid() & 0xffff));
    print_line("  received by ", short_at(52));
    clean();
    show("by index: ", ipc(Msgctl, queue % Indices, Msg_stat, 0, buffer) == queue);
}

static void sets(int set)
{
    void *place = buffer;
    clean();
    show("set: ", ipc(Semctl, set, 0, Stat, &place));
    print_line("  used, ever ", word_at(16) != 0);
    print_line("  changed, ever ", word_at(20) != 0);
    print_line("  semaphores ", short_at(40));
    clean();
    show("by index: ", ipc(Semctl, set % Indices, 0, Sem_stat, &place) == set);
}

static void changes(int segment, int queue, int set)
{
    static unsigned short old[32] = {0, 0, 70, 71, 0, 0, 0605};
    static word new[32] = {0, 70000, 70001, 0, 0, 0640};
    void *place = old;
    old[24] = 100;
    print_line("set: ", ipc(Shmctl, segment, Set, 0, old));
    print_line("set: ", ipc(Msgctl, queue, Set, 0, old));
    print_line("set: ", ipc(Semctl, set, 0, Set, &place));
    clean();
    show("segment: ", ipc(Shmctl, segment, Stat, 0, buffer));
    clean();
    show("queue: ", ipc(Msgctl, queue, Stat, 0, buffer));
    print_line("  octets at most ", short_at(48));
    place = buffer;
    clean();
    show("set: ", ipc(Semctl, set, 0, Stat, &place));
    print_line("set, long ids: ", ipc(Shmctl, segment, Set | New, 0, new));
    clean();
    show("segment: ", ipc(Shmctl, segment, Stat, 0, buffer));
    print_line("set, a bad place: ", ipc(Shmctl, segment, Set, 0, (void *)8));
    if (!fork()) {
        call3(Setresuid, 500, 500, 500);
        print_line("set by a user: ", ipc(Shmctl, segment, Set, 0, old));
        leave(0);
    }
    wait4(-1, 0, 0);
}

int main(void)
{
    int segment = ipc(Shmget, 0, 4097, 0640, 0), queue = ipc(Msgget, 0, 0600, 0, 0), set = ipc(Semget, 0, 3, 0600, 0);
    void *none = 0;
    segments(segment);
    queues(queue);
    sets(set);
    changes(segment, queue, set);
    print_line("removed: ", ipc(Shmctl, segment, Remove, 0, 0));
    print_line("removed: ", ipc(Msgctl, queue, Remove, 0, 0));
    print_line("removed: ", ipc(Semctl, set, 0, Remove, &none));
    return 0;
}

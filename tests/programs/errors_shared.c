/* errors_shared: System V shared memory, and the memory of other processes, with every error. */
#include "tries.h"

enum { NR_shmget = 395, NR_shmctl, NR_shmat, NR_shmdt, IPC_PRIVATE = 0, IPC_CREAT = 01000, IPC_EXCL = 02000 };
enum { IPC_RMID, IPC_SET, IPC_STAT, IPC_INFO, SHM_LOCK = 11, SHM_UNLOCK, SHM_STAT, SHM_INFO, SHM_STAT_ANY, SHM_RDONLY = 010000, SHM_RND = 020000, SHM_REMAP = 040000 };
enum { PAGE = 4096, HUGE = 0x40000000, RLIMIT_MEMLOCK = 8, MAP_SHARED = 1, MADV_REMOVE = 9, MADV_HWPOISON = 100 };

static int key, segment, at, buffer[64];
static struct { const void *base; word size; } local[] = {{"abcd", 4}}, remote[] = {{0, 4}};

static void segments(void)
{
    show_ok("shmget", segment = call3(NR_shmget, key, 2 * PAGE, IPC_CREAT | 0600));
    at = call3(NR_shmat, segment, 0, 0);
    show_ok("shmat", at);
    const struct try calls[] = {
        {"there already", NR_shmget, {key, PAGE, IPC_CREAT | IPC_EXCL | 0600}}, {"larger", NR_shmget, {key, 4 * PAGE, 0600}}, {"nothing", NR_shmget, {key + 1, PAGE, 0600}}, {"size 0", NR_shmget, {IPC_PRIVATE, 0, 0600}},
        {"shmat, none", NR_shmat, {99999999, 0, 0}}, {"shmat -1", NR_shmat, {-1, 0, 0}}, {"shmat, odd", NR_shmat, {segment, at + 1, 0}}, {"shmat, occupied", NR_shmat, {segment, at, 0}}, {"shmat, remap nowhere", NR_shmat, {segment, 0, SHM_REMAP}},
        {"shmat, beyond", NR_shmat, {segment, (int)0xffffd000, 0}}, {"shmdt, none", NR_shmdt, {at + PAGE}}, {"shmdt, odd", NR_shmdt, {at + 1}}, {"shmdt 0", NR_shmdt, {0}},
        {"shmctl, none", NR_shmctl, {99999999, IPC_STAT, (int)buffer}}, {"shmctl -1", NR_shmctl, {-1, IPC_STAT, (int)buffer}}, {"shmctl, command", NR_shmctl, {segment, 99, (int)buffer}},
        {"stat", NR_shmctl, {segment, IPC_STAT, (int)buffer}}, {"stat, bad", NR_shmctl, {segment, IPC_STAT, BAD}}, {"set, bad", NR_shmctl, {segment, IPC_SET, BAD}}, {"info, bad", NR_shmctl, {0, IPC_INFO, BAD}},
        {"usage, bad", NR_shmctl, {0, SHM_INFO, BAD}}, {"stat by index, none", NR_shmctl, {32000, SHM_STAT, (int)buffer}}, {"lock", NR_shmctl, {segment, SHM_LOCK, 0}}, {"unlock", NR_shmctl, {segment, SHM_UNLOCK, 0}},
        {"shmdt", NR_shmdt, {at}}, {"again", NR_shmdt, {at}},
    };
    TRY(calls);
}

static void of_another(void)
{
    int limit[2] = {0, 0};
    call2(NR_setrlimit, RLIMIT_MEMLOCK, (int)limit);
    call1(NR_setuid32, USER);
    const struct try calls[] = {
        {"shmget, theirs", NR_shmget, {key, PAGE, 0600}}, {"shmat, theirs", NR_shmat, {segment, 0, 0}}, {"shmat to read", NR_shmat, {segment, 0, SHM_RDONLY}},
        {"stat", NR_shmctl, {segment, IPC_STAT, (int)buffer}}, {"set", NR_shmctl, {segment, IPC_SET, (int)buffer}}, {"remove", NR_shmctl, {segment, IPC_RMID, 0}}, {"lock", NR_shmctl, {segment, SHM_LOCK, 0}},
        {"unlock", NR_shmctl, {segment, SHM_UNLOCK, 0}},
    };
    TRY(calls);
    show_ok("shmget for nothing", call3(NR_shmget, key, PAGE, 0));
    int own = call3(NR_shmget, IPC_PRIVATE, PAGE, 0600);
    show("lock of one's own", call3(NR_shmctl, own, SHM_LOCK, 0));
    show("remove of one's own", call3(NR_shmctl, own, IPC_RMID, 0));
    show("poison", call3(NR_madvise, (int)buffer & -PAGE, PAGE, MADV_HWPOISON));
}

/* A user may lock as many octets of segments as of memory. */
static void locking(void)
{
    int limit[2] = {3 * PAGE, 3 * PAGE};
    call2(NR_setrlimit, RLIMIT_MEMLOCK, (int)limit);
    call1(NR_setuid32, USER);
    int one = call3(NR_shmget, IPC_PRIVATE, 2 * PAGE, 0600), two = call3(NR_shmget, IPC_PRIVATE, 2 * PAGE, 0600);
    const struct try calls[] = {
        {"lock", NR_shmctl, {one, SHM_LOCK, 0}}, {"lock again", NR_shmctl, {one, SHM_LOCK, 0}}, {"lock another", NR_shmctl, {two, SHM_LOCK, 0}}, {"unlock", NR_shmctl, {one, SHM_UNLOCK, 0}}, {"unlock again", NR_shmctl, {one, SHM_UNLOCK, 0}},
        {"lock another", NR_shmctl, {two, SHM_LOCK, 0}}, {"lock both", NR_shmctl, {one, SHM_LOCK, 0}}, {"remove", NR_shmctl, {two, IPC_RMID, 0}}, {"lock", NR_shmctl, {one, SHM_LOCK, 0}}, {"remove", NR_shmctl, {one, IPC_RMID, 0}},
    };
    TRY(calls);
}

static void removed(void)
{
    at = call3(NR_shmat, segment, 0, 0);
    show("remove", call3(NR_shmctl, segment, IPC_RMID, 0));
    const struct try calls[] = {
        {"stat", NR_shmctl, {segment, IPC_STAT, (int)buffer}}, {"remove again", NR_shmctl, {segment, IPC_RMID, 0}},
        {"set", NR_shmctl, {segment, IPC_SET, (int)buffer}}, {"shmdt", NR_shmdt, {at}}, {"gone: stat", NR_shmctl, {segment, IPC_STAT, (int)buffer}},
    };
    TRY(calls);
    show("by its key", call3(NR_shmget, key, PAGE, 0600));
    show("gone: shmat", call3(NR_shmat, segment, 0, 0));
    int attached = 0, result;
    show_ok("huge", segment = call3(NR_shmget, IPC_PRIVATE, HUGE, 0600));
    while ((result = call3(NR_shmat, segment, 0, SHM_RDONLY)) > 0 || result < -4095)
        attached++;
    show("no room", result);
    show("attached", attached >= 2 && attached <= 3);
    show("remove", call3(NR_shmctl, segment, IPC_RMID, 0));
}

static void other_memory(void)
{
    static char text[] = "here";
    int child = fork(), mine = (int)local, there = (int)remote;
    if (child == 0)
        for (;;)
            call0(NR_pause);
    remote[0].base = text;
    const struct try calls[] = {
        {"process_vm_writev", NR_process_vm_writev, {child, mine, 1, there, 1, 0}}, {"flags", NR_process_vm_writev, {child, mine, 1, there, 1, 1}}, {"many", NR_process_vm_writev, {child, mine, 1025, there, 1, 0}}, {"many there", NR_process_vm_writev, {child, mine, 1, there, 1025, 0}},
        {"negative", NR_process_vm_writev, {child, (int)(int[2]){(int)text, -1}, 1, there, 1, 0}}, {"nobody", NR_process_vm_writev, {99999999, mine, 1, there, 1, 0}}, {"bad list", NR_process_vm_writev, {child, BAD, 1, there, 1, 0}},
        {"bad list there", NR_process_vm_writev, {child, mine, 1, BAD, 1, 0}}, {"bad", NR_process_vm_writev, {child, mine, 1, (int)(int[2]){BAD, 4}, 1, 0}}, {"bad here", NR_process_vm_writev, {child, (int)(int[2]){BAD, 4}, 1, there, 1, 0}},
        {"process_vm_readv, bad", NR_process_vm_readv, {child, mine, 1, (int)(int[2]){BAD, 4}, 1, 0}},
    };
    TRY(calls);
    int user = fork();
    if (user == 0) {
        call1(NR_setuid32, USER);
        show("writev to another's", call6(NR_process_vm_writev, child, mine, 1, there, 1, 0));
        show("readv of another's", call6(NR_process_vm_readv, child, mine, 1, there, 1, 0));
        leave(0);
    }
    wait4(user, 0, 0);
    kill(child, SIGKILL), wait4(child, 0, 0);
}

static void advice(void)
{
    make_file("file", "text");
    int fd = open("file", O_RDWR, 0), reading = open("file", O_RDONLY, 0);
    int shared = call6(NR_mmap2, 0, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0), private = call6(NR_mmap2, 0, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0), readable = call6(NR_mmap2, 0, PAGE, PROT_READ, MAP_SHARED, reading, 0);
    const struct try calls[] = {
        {"remove", NR_madvise, {shared, PAGE, MADV_REMOVE}}, {"remove of a private view", NR_madvise, {private, PAGE, MADV_REMOVE}}, {"remove to read", NR_madvise, {readable, PAGE, MADV_REMOVE}}, {"write to what was read", NR_mprotect, {readable, PAGE, PROT_WRITE}},
        {"pkey_mprotect of it", 380, {readable, PAGE, PROT_WRITE, -1}}, {"less", NR_mprotect, {shared, PAGE, PROT_READ}}, {"remove of what is not written", NR_madvise, {shared, PAGE, MADV_REMOVE}},
    };
    TRY(calls);
}

int main(void)
{
    enter_folder();
    key = 0x656d0000 + getpid() % 0x10000 * 2;
    segments();
    in_child_of(0, of_another);
    in_child_of(0, locking);
    removed();
    other_memory();
    advice();
    remove_folder();
    return 0;
}

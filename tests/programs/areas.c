/* areas: what every call about memory says of every kind of memory: one line a call, one word a kind. Memory that is
 * only run is left out: some processors can forbid to read it. */
#include "tries.h"

enum { NR_msync = 144, NR_mlock = 150, NR_munlock, NR_mremap = 163, NR_mincore = 218, NR_futex = 240, NR_remap_file_pages = 257, NR_mlock2 = 376, NR_mlockall = 152, NR_munlockall };
enum { MAP_SHARED = 1, MAP_FIXED = 0x10, MAP_GROWSDOWN = 0x100, MAP_LOCKED = 0x2000, MAP_NORESERVE = 0x4000, MAP_POPULATE = 0x8000, PRIVATE = MAP_PRIVATE | MAP_ANONYMOUS, SHARED = MAP_SHARED | MAP_ANONYMOUS };
enum { PAGE = 4096, AT = 0x60000000, ELSEWHERE = 0x68000000, PROT_EXEC = 4, READ = PROT_READ, BOTH = PROT_READ | PROT_WRITE, MAYMOVE = 1, FIXED = 2, DONTUNMAP = 4 };

static int both, reading, ends[2];
static byte residence[8], text[16];
static struct { int base; word size; } there = {AT, 4}, here = {0, 4};

struct kind { const char *name; int protection, flags, *fd, touched; };
static const struct kind kinds[] = {
    {"hole", 0, 0, 0, 0}, {"fresh", BOTH, PRIVATE, 0, 0}, {"written", BOTH, PRIVATE, 0, 1}, {"read only", READ, PRIVATE, 0, 0}, {"write only", PROT_WRITE, PRIVATE, 0, 0}, {"nothing", 0, PRIVATE, 0, 0},
    {"shared", BOTH, SHARED, 0, 0}, {"shared, written", BOTH, SHARED, 0, 1}, {"shared, read only", READ, SHARED, 0, 0}, {"own file", BOTH, MAP_PRIVATE, &both, 0}, {"own file, written", BOTH, MAP_PRIVATE, &both, 1}, {"file", BOTH, MAP_SHARED, &both, 0},
    {"file, written", BOTH, MAP_SHARED, &both, 1}, {"file, to read", READ, MAP_SHARED, &reading, 0}, {"file, read only", READ, MAP_SHARED, &both, 0}, {"locked", BOTH, PRIVATE | MAP_LOCKED, 0, 0}, {"growing", BOTH, PRIVATE | MAP_GROWSDOWN, 0, 0}, {"there", BOTH, PRIVATE | MAP_POPULATE, 0, 0},
};

enum { COUNT = sizeof kinds / sizeof *kinds };

/* Three pages of the kind at AT, the third behind the end of the file, and nothing around. */
static void make(const struct kind *kind)
{
    call2(NR_munmap, AT - 16 * PAGE, 64 * PAGE), call2(NR_munmap, ELSEWHERE, 16 * PAGE);
    if (!kind->flags)
        return;
    int result = call6(NR_mmap2, AT, 3 * PAGE, kind->protection, kind->flags | MAP_FIXED, kind->fd ? *kind->fd : -1, 0);
    if (result != AT)
        show(kind->name, result);
    if (kind->touched)
        *(volatile byte *)AT = *(volatile byte *)(AT + PAGE) = 1;
}

static void each_of(const struct try *tries, word many)
{
    for (word i = 0; i < many; i++) {
        print(tries[i].what), print(":");
        for (int k = 0; k < COUNT; k++) {
            make(kinds + k);
            int result = call(tries[i].number, tries[i].words);
            print(" ");
            if (result < 0 && result > -4096)
                print(errno_name(-result));
            else
                print(result == 0 ? "0" : result == AT ? "same" : result == ELSEWHERE ? "there" : result > 0 && result < PAGE ? "some" : "moved");
            char octet;
            while (read(ends[0], &octet, 1) == 1)
                ;
        }
        print("\n");
    }
}

#define EACH(tries) each_of(tries, sizeof(tries) / sizeof *(tries))

static void protections(void)
{
    static const struct try tries[] = {
        {"mprotect to nothing", NR_mprotect, {AT, PAGE, 0}}, {"mprotect to read", NR_mprotect, {AT, PAGE, READ}}, {"mprotect to both", NR_mprotect, {AT, PAGE, BOTH}}, {"mprotect to run", NR_mprotect, {AT, PAGE, READ | PROT_EXEC}},
        {"mprotect over the end", NR_mprotect, {AT + 2 * PAGE, 2 * PAGE, READ}}, {"mprotect over the start", NR_mprotect, {AT - PAGE, 2 * PAGE, READ}}, {"mprotect, growing down", NR_mprotect, {AT, PAGE, READ | 0x01000000}}, {"mprotect, growing up", NR_mprotect, {AT, PAGE, READ | 0x02000000}},
        {"mlock", NR_mlock, {AT, PAGE}}, {"mlock all", NR_mlock, {AT, 3 * PAGE}}, {"mlock over the end", NR_mlock, {AT + 2 * PAGE, 2 * PAGE}}, {"mlock2 for later", NR_mlock2, {AT, 3 * PAGE, 1}}, {"munlock", NR_munlock, {AT, 3 * PAGE}}, {"mlockall", NR_mlockall, {1}}, {"munlockall", NR_munlockall, {0}},
        {"msync", NR_msync, {AT, PAGE, 4}}, {"msync later", NR_msync, {AT, PAGE, 1}}, {"msync, invalidate", NR_msync, {AT, PAGE, 2}}, {"msync over the end", NR_msync, {AT + 2 * PAGE, 2 * PAGE, 4}}, {"msync nothing", NR_msync, {AT, 0, 4}},
        {"mincore", NR_mincore, {AT, 3 * PAGE, (int)residence}}, {"mincore over the end", NR_mincore, {AT + 2 * PAGE, 2 * PAGE, (int)residence}}, {"mincore nothing", NR_mincore, {AT, 0, (int)residence}},
        {"munmap", NR_munmap, {AT, PAGE}}, {"munmap inside", NR_munmap, {AT + PAGE, PAGE}}, {"munmap around", NR_munmap, {AT - PAGE, 8 * PAGE}}, {"remap_file_pages", NR_remap_file_pages, {AT, PAGE, 0, 1, 0}}, {"remap_file_pages to here", NR_remap_file_pages, {AT + PAGE, PAGE, 0, 0, 0}},
    };
    EACH(tries);
}

static void moves(void)
{
    static const struct try tries[] = {
        {"mremap as it is", NR_mremap, {AT, 3 * PAGE, 3 * PAGE, 0, 0}}, {"shorter", NR_mremap, {AT, 3 * PAGE, PAGE, 0, 0}}, {"longer", NR_mremap, {AT, 3 * PAGE, 4 * PAGE, 0, 0}}, {"a part longer", NR_mremap, {AT, PAGE, 2 * PAGE, 0, 0}},
        {"a part longer, elsewhere", NR_mremap, {AT, PAGE, 2 * PAGE, MAYMOVE, 0}}, {"more than there is", NR_mremap, {AT, 4 * PAGE, 5 * PAGE, MAYMOVE, 0}}, {"more than there is, shorter", NR_mremap, {AT, 4 * PAGE, 3 * PAGE, MAYMOVE, 0}},
        {"to a place", NR_mremap, {AT, PAGE, PAGE, MAYMOVE | FIXED, ELSEWHERE}}, {"all to a place", NR_mremap, {AT, 3 * PAGE, 4 * PAGE, MAYMOVE | FIXED, ELSEWHERE}}, {"onto itself", NR_mremap, {AT, 2 * PAGE, PAGE, MAYMOVE | FIXED, AT + PAGE}},
        {"left mapped", NR_mremap, {AT, PAGE, PAGE, MAYMOVE | DONTUNMAP, 0}}, {"left mapped, at a place", NR_mremap, {AT, PAGE, PAGE, MAYMOVE | FIXED | DONTUNMAP, ELSEWHERE}}, {"left mapped, longer", NR_mremap, {AT, PAGE, 2 * PAGE, MAYMOVE | DONTUNMAP, 0}},
        {"twice", NR_mremap, {AT, 0, PAGE, MAYMOVE, 0}}, {"twice, in place", NR_mremap, {AT, 0, PAGE, 0, 0}}, {"to nothing", NR_mremap, {AT, PAGE, 0, 0, 0}},
        {"there is something", NR_mmap2, {AT, PAGE, BOTH, PRIVATE | 0x100000, -1, 0}}, {"mapped over", NR_mmap2, {AT, PAGE, BOTH, PRIVATE | MAP_FIXED, -1, 0}},
    };
    EACH(tries);
}

static void transfers(void)
{
    static const struct try tries[] = {
        {"write from it", NR_write, {0, AT, 4}}, {"write from its end", NR_write, {0, AT + 3 * PAGE - 4, 8}}, {"read into it", NR_read, {0, AT, 4}}, {"read a file into it", NR_pread64, {0, AT, 8, 0, 0}}, {"read over its end", NR_pread64, {0, AT + 3 * PAGE - 4, 8, 0, 0}},
        {"other memory from it", NR_process_vm_readv, {0, (int)&here, 1, (int)&there, 1, 0}}, {"into other memory", NR_process_vm_writev, {0, (int)&here, 1, (int)&there, 1, 0}}, {"futex wait", NR_futex, {AT, 0 | 128, 77, 0}}, {"shared futex wait", NR_futex, {AT, 0, 77, 0}},
        {"futex wake", NR_futex, {AT, 1 | 128, 1}}, {"shared futex wake", NR_futex, {AT, 1, 1}}, {"stat into it", NR_fstat64, {0, AT}}, {"path in it", NR_unlink, {AT}}, {"action in it", NR_rt_sigaction, {SIGUSR1, AT, 0, 8}},
    };
    struct try filled[sizeof tries / sizeof *tries];
    for (word i = 0; i < sizeof tries / sizeof *tries; i++) {
        filled[i] = tries[i];
        int number = tries[i].number, *first = filled[i].words;
        if (number == NR_write)
            *first = ends[1];
        else if (number == NR_read || number == NR_fstat64)
            *first = ends[0];
        else if (number == NR_pread64)
            *first = reading;
        else if (number == NR_process_vm_readv || number == NR_process_vm_writev)
            *first = getpid();
    }
    EACH(filled);
}

static void advice(void)
{
    static const char *const names[] = {"normal", "random", "sequential", "will need", "don't need", 0, 0, 0, "free", "remove", "don't fork", "fork", "merge", "don't merge", "huge", "not huge", "don't dump", "dump", "wipe on fork", "keep on fork", "cold", "page out", "populate to read", "populate to write", "don't need, locked"};
    for (int i = 0; i < (int)(sizeof names / sizeof *names); i++) {
        if (!names[i])
            continue;
        struct try tries[] = {{names[i], NR_madvise, {AT, PAGE, i}}, {"  of all", NR_madvise, {AT, 3 * PAGE, i}}, {"  over the end", NR_madvise, {AT + 2 * PAGE, 2 * PAGE, i}}, {"  of nothing", NR_madvise, {AT, 0, i}}};
        EACH(tries);
    }
}

int main(void)
{
    static byte contents[2 * PAGE];
    enter_folder();
    both = open("file", O_RDWR | O_CREAT, 0600);
    write(both, contents, sizeof contents);
    reading = open("file", O_RDONLY, 0);
    pipe(ends);
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    here.base = (int)text;
    for (int k = 0; k < COUNT; k++)
        print(kinds[k].name), print(k + 1 < COUNT ? "; " : "\n");
    protections();
    moves();
    transfers();
    advice();
    make(kinds);
    remove_folder();
    return 0;
}

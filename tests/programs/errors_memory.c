/* errors_memory: mapping, protecting, advising on and locking memory, also as a user who may lock little, with every error. */
#include "tries.h"

enum { NR_mmap = 90, NR_msync = 144, NR_mlock = 150, NR_munlock, NR_mlockall, NR_munlockall, NR_mremap = 163, NR_mincore = 218, NR_remap_file_pages = 257, NR_mlock2 = 376, NR_pkey_mprotect = 380, NR_pkey_alloc, NR_pkey_free };
enum { MAP_SHARED = 1, MAP_FIXED = 0x10, MAP_GROWSDOWN = 0x100, MAP_DENYWRITE = 0x800, MAP_LOCKED = 0x2000, NOREPLACE = 0x100000, PRIVATE = MAP_PRIVATE | MAP_ANONYMOUS, BOTH = PROT_READ | PROT_WRITE };
enum { PAGE = 4096, HOLE = 0x60000000, RLIMIT_MEMLOCK = 8, PROT_EXEC = 4, FAR = (int)0xc0000000, LAST = (int)0xfffff000 };
enum { MADV_DONTNEED = 4, MADV_FREE = 8, MADV_REMOVE, MADV_DONTFORK, MADV_DOFORK, MADV_HWPOISON = 100, MADV_MERGEABLE = 12, MADV_COLD = 20, MADV_PAGEOUT, MADV_POPULATE_READ, MADV_POPULATE_WRITE, MADV_DONTNEED_LOCKED, MADV_COLLAPSE };

static int at, view;
static byte residence[16];

static int map_old(int address, int length, int protection, int flags, int fd, int offset)
{
    int words[] = {address, length, protection, flags, fd, offset};
    return call1(NR_mmap, (int)words);
}

static int map_new(int address, int length, int protection, int flags, int fd, int page)
{
    return call6(NR_mmap2, address, length, protection, flags, fd, page);
}

static void maps(int (*map)(int, int, int, int, int, int))
{
    int pipes[2], reading = open("file", O_RDONLY, 0), writing = open("file", O_WRONLY, 0), both = open("file", O_RDWR, 0), path = open("file", O_PATH, 0);
    int here = open(".", O_RDONLY, 0), append = open("file", O_RDWR | O_APPEND, 0), sealed = call2(NR_memfd_create, (int)&"sealed", 2);
    pipe(pipes);
    write(sealed, "text", 4);
    call3(NR_fcntl64, sealed, 1033, 8);
    show_ok("anonymous", at = map(HOLE, 4 * PAGE, BOTH, PRIVATE, -1, 0));
    show_ok("of a file", view = map(0, PAGE, BOTH, MAP_SHARED, both, 0));
    show("length", map(0, 0, BOTH, PRIVATE, -1, 0));
    show("too long", map(0, -1, BOTH, PRIVATE, -1, 0));
    show("too long for the space", map(0, FAR, BOTH, PRIVATE, -1, 0));
    show("neither shared nor private", map(0, PAGE, BOTH, MAP_ANONYMOUS, -1, 0));
    show("both", map(0, PAGE, BOTH, MAP_ANONYMOUS | 3, -1, 0));
    show("no descriptor", map(0, PAGE, BOTH, MAP_PRIVATE, NONE, 0));
    show("no descriptor and no length", map(0, 0, BOTH, MAP_PRIVATE, NONE, 0));
    show("odd place", map(at + 1, PAGE, BOTH, PRIVATE | MAP_FIXED, -1, 0));
    show("beyond", map(LAST, PAGE, BOTH, PRIVATE | MAP_FIXED, -1, 0));
    show("there is something", map(at, PAGE, BOTH, PRIVATE | NOREPLACE, -1, 0));
    show("shared, to write", map(0, PAGE, BOTH, MAP_SHARED, reading, 0));
    show("not to read", map(0, PAGE, PROT_READ, MAP_PRIVATE, writing, 0));
    show("not to read, shared", map(0, PAGE, PROT_WRITE, MAP_SHARED, writing, 0));
    show_ok("to append", map(0, PAGE, BOTH, MAP_SHARED, append, 0));
    show("folder", map(0, PAGE, PROT_READ, MAP_PRIVATE, here, 0));
    show("O_PATH", map(0, PAGE, PROT_READ, MAP_PRIVATE, path, 0));
    show("pipe", map(0, PAGE, PROT_READ, MAP_PRIVATE, pipes[0], 0));
    show("sealed", map(0, PAGE, BOTH, MAP_SHARED, sealed, 0));
    show_ok("sealed, to read", map(0, PAGE, PROT_READ, MAP_SHARED, sealed, 0));
    show_ok("sealed, private", map(0, PAGE, BOTH, MAP_PRIVATE, sealed, 0));
    show_ok("MAP_DENYWRITE", map(0, PAGE, PROT_READ, MAP_PRIVATE | MAP_DENYWRITE, reading, 0));
    show("growing file", map(0, PAGE, PROT_READ, MAP_PRIVATE | MAP_GROWSDOWN, reading, 0));
    for (int fd = 3; fd < 20; fd++)
        close(fd);
}

static void changes(void)
{
    const struct try calls[] = {
        {"mmap, bad", NR_mmap, {BAD}}, {"mmap, odd offset", NR_mmap, {(int)(int[6]){0, PAGE, BOTH, PRIVATE, -1, 1}}},
        {"munmap", NR_munmap, {at + 3 * PAGE, PAGE}}, {"odd place", NR_munmap, {at + 1, PAGE}}, {"nothing", NR_munmap, {at, 0}}, {"beyond", NR_munmap, {LAST, 2 * PAGE}}, {"a hole", NR_munmap, {at + 3 * PAGE, PAGE}},
        {"mprotect", NR_mprotect, {at, PAGE, PROT_READ}}, {"odd place", NR_mprotect, {at + 1, PAGE, PROT_READ}}, {"a hole", NR_mprotect, {at + 3 * PAGE, PAGE, PROT_READ}}, {"beyond", NR_mprotect, {LAST - PAGE, 2 * PAGE, PROT_READ}}, {"what", NR_mprotect, {at, PAGE, 0x100}},
        {"pkey_mprotect", NR_pkey_mprotect, {at, PAGE, BOTH, -1}}, {"odd place", NR_pkey_mprotect, {at + 1, PAGE, BOTH, -1}}, {"a hole", NR_pkey_mprotect, {at + 3 * PAGE, PAGE, BOTH, -1}}, {"key", NR_pkey_mprotect, {at, PAGE, BOTH, 15}}, {"key 16", NR_pkey_mprotect, {at, PAGE, BOTH, 16}},
        {"pkey_alloc, flags", NR_pkey_alloc, {1, 0}}, {"rights", NR_pkey_alloc, {0, 8}}, {"pkey_free", NR_pkey_free, {15}}, {"pkey_free -1", NR_pkey_free, {-1}},
        {"mremap", NR_mremap, {at, PAGE, PAGE, 0, 0}}, {"odd place", NR_mremap, {at + 1, PAGE, PAGE, 0, 0}}, {"a hole", NR_mremap, {at + 3 * PAGE, PAGE, 2 * PAGE, 1, 0}}, {"flags", NR_mremap, {at, PAGE, PAGE, 8, 0}}, {"no room", NR_mremap, {at, PAGE, 2 * PAGE, 0, 0}},
        {"nothing", NR_mremap, {at, PAGE, 0, 1, 0}}, {"too long", NR_mremap, {at, PAGE, FAR, 1, 0}},
        {"mincore", NR_mincore, {at, PAGE, (int)residence}}, {"odd place", NR_mincore, {at + 1, PAGE, (int)residence}}, {"a hole", NR_mincore, {at + 3 * PAGE, PAGE, (int)residence}}, {"bad", NR_mincore, {at, PAGE, BAD}}, {"beyond", NR_mincore, {LAST, 2 * PAGE, (int)residence}},
        {"msync", NR_msync, {view, PAGE, 4}}, {"odd place", NR_msync, {view + 1, PAGE, 4}}, {"flags", NR_msync, {view, PAGE, 8}}, {"a hole", NR_msync, {at + 3 * PAGE, PAGE, 4}},
        {"remap_file_pages", NR_remap_file_pages, {view, PAGE, 0, 0, 0}}, {"of none", NR_remap_file_pages, {at, PAGE, 0, 0, 0}}, {"a hole", NR_remap_file_pages, {at + 3 * PAGE, PAGE, 0, 0, 0}},
        {"madvise", NR_madvise, {at, PAGE, MADV_DONTNEED}}, {"odd place", NR_madvise, {at + 1, PAGE, MADV_DONTNEED}}, {"what", NR_madvise, {at, PAGE, 99}}, {"a hole", NR_madvise, {at + 3 * PAGE, PAGE, MADV_DONTNEED}}, {"remove", NR_madvise, {at, PAGE, MADV_REMOVE}},
        {"remove of a file", NR_madvise, {view, PAGE, MADV_REMOVE}}, {"cold", NR_madvise, {at, PAGE, MADV_COLD}}, {"page out", NR_madvise, {at, PAGE, MADV_PAGEOUT}}, {"populate", NR_madvise, {at, PAGE, MADV_POPULATE_READ}},
        {"populate to write", NR_madvise, {at, PAGE, MADV_POPULATE_WRITE}}, {"populate a hole", NR_madvise, {at + 3 * PAGE, PAGE, MADV_POPULATE_READ}}, {"even if locked", NR_madvise, {at, PAGE, MADV_DONTNEED_LOCKED}}, {"beyond", NR_madvise, {LAST - PAGE, 2 * PAGE, MADV_DONTNEED}},
        {"cut the file", NR_truncate, {(int)&"file", 0}}, {"populate behind its end", NR_madvise, {view, PAGE, MADV_POPULATE_READ}}, {"not to read", NR_mprotect, {at, PAGE, 0}}, {"populate that", NR_madvise, {at, PAGE, MADV_POPULATE_READ}}, {"readable again", NR_mprotect, {at, PAGE, BOTH}},
    };
    TRY(calls);
}

static void locks(const char *who)
{
    print(who), print("\n");
    const struct try calls[] = {
        {"mlock", NR_mlock, {at, PAGE}}, {"a hole", NR_mlock, {at + 3 * PAGE, PAGE}}, {"beyond", NR_mlock, {LAST, 1}}, {"more", NR_mlock, {at, 3 * PAGE}}, {"nothing", NR_mlock, {at, 0}},
        {"munlock", NR_munlock, {at, PAGE}}, {"a hole", NR_munlock, {at + 3 * PAGE, PAGE}}, {"all of them", NR_munlock, {at, 3 * PAGE}},
        {"mlock2", NR_mlock2, {at, PAGE, 1}}, {"a hole", NR_mlock2, {at + 3 * PAGE, PAGE, 0}}, {"more", NR_mlock2, {at, 3 * PAGE, 0}}, {"flags", NR_mlock2, {at, PAGE, 2}},
        {"mlockall", NR_mlockall, {1}}, {"flags 0", NR_mlockall, {0}}, {"flags 4", NR_mlockall, {4}}, {"flags 8", NR_mlockall, {8}}, {"future", NR_mlockall, {2}}, {"munlockall", NR_munlockall, {0}},
    };
    TRY(calls);
    int locked = map_new(0, 3 * PAGE, PROT_READ, PRIVATE | MAP_LOCKED, -1, 0);
    show_ok("locked from the start", locked);
    if (locked < 0 && locked > -4096)
        return;
    call2(NR_munmap, locked, 3 * PAGE);
    call1(NR_mlockall, 2);
    show_ok("locked as all future", locked = map_new(0, 3 * PAGE, PROT_READ, PRIVATE, -1, 0));
    show_ok("locked and longer", call4(NR_mremap, locked, 3 * PAGE, 5 * PAGE, 1));
    call0(NR_munlockall);
}

/* Locking touches the pages; what fails then is locked all the same. */
static void touches(void)
{
    make_file("file", "text");
    int fd = open("file", O_RDWR, 0), nobody = map_new(0, PAGE, 0, PRIVATE, -1, 0), program = map_new(0, PAGE, PROT_EXEC, PRIVATE, -1, 0), short_file = map_new(0, 2 * PAGE, BOTH, MAP_SHARED, fd, 0);
    const struct try calls[] = {
        {"mlock of what nobody may touch", NR_mlock, {nobody, PAGE}}, {"locked", NR_madvise, {nobody, PAGE, MADV_DONTNEED}}, {"munlock", NR_munlock, {nobody, PAGE}}, {"not locked", NR_madvise, {nobody, PAGE, MADV_DONTNEED}},
        {"mlock2", NR_mlock2, {nobody, PAGE, 0}}, {"munlock", NR_munlock, {nobody, PAGE}}, {"mlock2 for later", NR_mlock2, {nobody, PAGE, 1}}, {"munlock", NR_munlock, {nobody, PAGE}},
        {"mlock of what is only run", NR_mlock, {program, PAGE}}, {"mlock behind the end of a file", NR_mlock, {short_file, 2 * PAGE}}, {"mlock of the file", NR_mlock, {short_file, PAGE}}, {"mlockall", NR_mlockall, {1}}, {"munlockall", NR_munlockall, {0}},
    };
    TRY(calls);
    close(fd);
}

static void too_much(void)
{
    int one = map_new(0, PAGE, BOTH, PRIVATE, -1, 0);
    show("mlock", call2(NR_mlock, one, PAGE));
    show("longer than may be locked", call4(NR_mremap, one, PAGE, 4 * PAGE, 1));
    show_ok("longer", call4(NR_mremap, one, PAGE, 2 * PAGE, 1));
    show("old mmap, locked", map_old(0, PAGE, BOTH, PRIVATE | MAP_LOCKED, -1, 0));
    show("mmap2, locked", map_new(0, PAGE, BOTH, PRIVATE | MAP_LOCKED, -1, 0));
}

static void may_lock(const char *who, int most)
{
    if (fork() == 0) {
        int limit[2] = {most, most};
        call2(NR_setrlimit, RLIMIT_MEMLOCK, (int)limit);
        call1(NR_setuid32, 1000);
        locks(who);
        if (most)
            too_much();
        leave(0);
    }
    wait4(-1, 0, 0);
}

int main(void)
{
    enter_folder();
    make_file("file", "text");
    print("mmap\n");
    maps(map_old);
    call2(NR_munmap, at, 4 * PAGE);
    print("mmap2\n");
    maps(map_new);
    changes();
    locks("root");
    touches();
    may_lock("a user", 2 * PAGE);
    may_lock("a user who may lock nothing", 0);
    show_ok("brk", call1(NR_brk, call1(NR_brk, 0) + PAGE));
    show("brk below", call1(NR_brk, 0) == call1(NR_brk, 1));
    remove_folder();
    return 0;
}

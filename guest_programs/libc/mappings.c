/* mappings: mmap and its kin, and every way in which they fail.
 *
 * Shows: mmap's flags and errors, MAP_FIXED_NOREPLACE, mprotect, mremap in place, moved, copied and left mapped,
 * madvise, msync, mincore, mlock and its limit, remap_file_pages, protection keys, brk, guard pages and SIGBUS.
 * Prints:
 *   map(0, 0, both, anonymous, -1, 0): EINVAL
 *   map(0, PAGE, both, MAP_ANONYMOUS, -1, 0): EINVAL
 *   map(0, PAGE, both, MAP_PRIVATE, -1, 0): EBADF
 *   map(0, PAGE, both, MAP_PRIVATE, 99, 0): EBADF
 *   map((void *)0x12345, PAGE, both, anonymous | MAP_FIXED, -1, 0): EINVAL
 *   map((void *)0xffffe000, 2 * PAGE, both, anonymous | MAP_FIXED, -1, 0): ENOMEM
 *   map(0, 0xf0000000, both, anonymous, -1, 0): ENOMEM
 *   map(one, PAGE, both, anonymous | MAP_FIXED_NOREPLACE, -1, 0): EEXIST
 *   map(one + PAGE, PAGE, both, anonymous, -1, 0): 1
 *   map(one + PAGE, PAGE, both, anonymous | MAP_FIXED_NOREPLACE, -1, 0): 0
 *   map(one + PAGE, PAGE, both, anonymous, -1, 0): 0
 *   map(0, PAGE, PROT_READ, MAP_SHARED, reading, 0): 0
 *   map(0, PAGE, both, MAP_SHARED, reading, 0): EACCES
 *   map(0, PAGE, both, MAP_PRIVATE, reading, 0): 0
 *   map(0, PAGE, PROT_READ, MAP_SHARED_VALIDATE, reading, 0): 0
 *   map(0, PAGE, PROT_READ, MAP_SHARED_VALIDATE | MAP_SYNC, reading, 0): EOPNOTSUPP
 *   map(0, PAGE, PROT_READ, MAP_PRIVATE | MAP_GROWSDOWN, reading, 0): EINVAL
 *   map(0, PAGE, PROT_READ, MAP_SHARED | MAP_GROWSDOWN | MAP_ANONYMOUS, -1, 0): EINVAL
 *   map(0, PAGE, both, anonymous | MAP_STACK | MAP_NORESERVE | MAP_POPULATE, -1, 0): 0
 *   map(0, PAGE, PROT_READ, MAP_PRIVATE, ends[0], 0): ENODEV
 *   map(0, PAGE, PROT_READ, MAP_PRIVATE, ends[1], 0): EACCES
 *   munmap(one + 1, PAGE): EINVAL
 *   munmap(one, 0): EINVAL
 *   munmap((void *)0x1000, PAGE): 0
 *   munmap(one, 4 * PAGE): 0
 *   munmap(one, 4 * PAGE): 0
 *   syscall(SYS_mprotect, one + 1, PAGE, PROT_READ): EINVAL
 *   mprotect(one, 0, PROT_READ): 0
 *   mprotect(one, PAGE, PROT_NONE): 0
 *   touch(one, 0) == SIGSEGV && caught_code == SEGV_ACCERR && caught_at == one: 1
 *   mprotect(one + PAGE, PAGE, PROT_READ): 0
 *   touch(one + PAGE, 0): 0
 *   touch(one + PAGE, 1) == SIGSEGV && caught_code == SEGV_ACCERR: 1
 *   touch(one + PAGE, 0) == SIGSEGV && caught_code == SEGV_MAPERR: 1
 *   mprotect(one, 3 * PAGE, PROT_READ | PROT_WRITE): ENOMEM
 *   touch(one, 1): 0
 *   mprotect(one, PAGE, PROT_READ | PROT_GROWSDOWN): EINVAL
 *   mprotect(one, PAGE, PROT_READ | PROT_GROWSDOWN | PROT_GROWSUP): EINVAL
 *   mprotect(one, PAGE, 0x100): EINVAL
 *   mprotect(view, PAGE, PROT_READ | PROT_WRITE): EACCES
 *   remap(one, 2 * PAGE, 0, 0, 0): EINVAL
 *   remap(one + 1, PAGE, PAGE, 0, 0): EINVAL
 *   remap(one, PAGE, PAGE, 0x100, 0): EINVAL
 *   remap(one, PAGE, PAGE, MREMAP_FIXED, one + 4 * PAGE): EINVAL
 *   remap(one, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, one + 4 * PAGE + 1): EINVAL
 *   remap(one, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, one + PAGE): EINVAL
 *   remap(one, 0, PAGE, MREMAP_MAYMOVE, 0): EINVAL
 *   remap((void *)0x60000000, PAGE, 2 * PAGE, MREMAP_MAYMOVE, 0): EFAULT
 *   remap(one, 100 * PAGE, 200 * PAGE, MREMAP_MAYMOVE, 0): EFAULT
 *   remap(one, 8 * PAGE, 4 * PAGE, 0, 0): 0
 *   touch(one + 4 * PAGE, 0) == SIGSEGV: 1
 *   remap(one, 4 * PAGE, 8 * PAGE, 0, 0): 0
 *   remap(one, 4 * PAGE, 5 * PAGE, 0, 0): ENOMEM
 *   two != one && strcmp(two, "first page") == 0: 1
 *   touch(one, 0) == SIGSEGV: 1
 *   one != MAP_FAILED && strcmp(one, "first page") == 0: 1
 *   two[0]: 0
 *   remap(two, PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, 0): EINVAL
 *   remap(two, PAGE, PAGE, MREMAP_DONTUNMAP, 0): EINVAL
 *   two != MAP_FAILED && strcmp(two, "shared") == 0: 1
 *   strcmp(shared, "twice"): 0
 *   remap(shared, 0, 2 * PAGE, 0, 0): ENOMEM
 *   madvise(one + 1, PAGE, MADV_NORMAL): EINVAL
 *   madvise(one, PAGE, 1234): EINVAL
 *   madvise(one, 0, MADV_DONTNEED): 0
 *   madvise(one, 2 * PAGE, MADV_DONTNEED): 0
 *   one[0] + one[2 * PAGE]: 97
 *   madvise(one, PAGE, MADV_FREE): 0
 *   madvise(view, PAGE, MADV_FREE): EINVAL
 *   madvise(one, PAGE, MADV_REMOVE): EINVAL
 *   madvise(view, PAGE, MADV_DONTNEED): 0
 *   view[0]: 118
 *   madvise(view, PAGE, MADV_REMOVE): 0
 *   view[0]: 0
 *   madvise(one, PAGE, MADV_WILLNEED): 0
 *   madvise(one, PAGE, MADV_SEQUENTIAL): 0
 *   madvise(one, PAGE, MADV_HUGEPAGE): 0
 *   madvise(one, PAGE, MADV_NOHUGEPAGE): 0
 *   madvise(one, PAGE, MADV_DONTDUMP): 0
 *   madvise(one, PAGE, MADV_POPULATE_WRITE): 0
 *   madvise(one + 3 * PAGE, PAGE, MADV_DONTFORK): 0
 *   madvise(view, PAGE, MADV_WIPEONFORK): EINVAL
 *   madvise(one + 2 * PAGE, PAGE, MADV_WIPEONFORK): 0
 *   one[2 * PAGE]: 0
 *   touch(one + 3 * PAGE, 0) == SIGSEGV: 1
 *   one[2 * PAGE]: 97
 *   madvise(one + 2 * PAGE, PAGE, MADV_KEEPONFORK): 0
 *   madvise(one + 3 * PAGE, PAGE, MADV_DOFORK): 0
 *   madvise(one, PAGE, MADV_POPULATE_READ): EINVAL
 *   madvise(one, 3 * PAGE, MADV_NORMAL): ENOMEM
 *   mincore(one + 2 * PAGE, 2 * PAGE, there): 0
 *   there[0] & 1: 1
 *   mincore(one + 1, PAGE, there): EINVAL
 *   mincore(one, 3 * PAGE, there): ENOMEM
 *   mincore(one + 2 * PAGE, PAGE, (void *)0): EFAULT
 *   msync(one + 1, PAGE, MS_SYNC): EINVAL
 *   msync(one + 2 * PAGE, PAGE, MS_SYNC | MS_ASYNC): EINVAL
 *   msync(one + 2 * PAGE, PAGE, 8): EINVAL
 *   msync(one, 3 * PAGE, MS_SYNC): ENOMEM
 *   msync(view, PAGE, MS_SYNC): 0
 *   mlock(one, 8 * PAGE): 0
 *   munlock(one, 8 * PAGE): 0
 *   mlock(one + 1, 1): 0
 *   madvise(one, PAGE, MADV_DONTNEED): EINVAL
 *   msync(one, PAGE, MS_INVALIDATE): EBUSY
 *   munlock(one, PAGE): 0
 *   mlock((void *)0x60000000, PAGE): ENOMEM
 *   syscall(SYS_mlock2, one, PAGE, 1): 0
 *   syscall(SYS_mlock2, one, PAGE, 2): EINVAL
 *   munlockall(): 0
 *   mlockall(0): EINVAL
 *   mlockall(8): EINVAL
 *   mlock(one, 4 * PAGE): 0
 *   mlock(one + 2 * PAGE, 2 * PAGE): 0
 *   mlock(one, 5 * PAGE): ENOMEM
 *   map(0, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0): EAGAIN
 *   munlock(one, 8 * PAGE): 0
 *   map(0, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0): 0
 *   mlockall(MCL_CURRENT): ENOMEM
 *   ftruncate(file, 2 * PAGE): 0
 *   touch(view + 2 * PAGE, 0) == SIGBUS && caught_code == BUS_ADRERR && caught_at == view + 2 * PAGE: 1
 *   pwrite(file, "x", 1, 0): 1
 *   view[0]: 120
 *   own[0]: 120
 *   own[0]: 121
 *   pread(file, &octet, 1, 0) == 1 && octet == 'y': 1
 *   own[0]: 121
 *   ftruncate(file, PAGE): 0
 *   touch(view + PAGE, 1) == SIGBUS: 1
 *   ftruncate(file, 3 * PAGE): 0
 *   touch(view + PAGE, 1): 0
 *   syscall(SYS_remap_file_pages, view, PAGE, 0, 2, 0): 0
 *   syscall(SYS_remap_file_pages, own, PAGE, 0, 0, 0): EINVAL
 *   syscall(SYS_remap_file_pages, view, PAGE, PROT_READ, 0, 0): EINVAL
 *   pread(file, &octet, 1, 2 * PAGE) == 1 && octet == 'r': 1
 *   map(0, 20 << 20, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0): ENOMEM
 *   map(0, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0): 0
 *   map(0, 8 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0): ENOMEM
 *   map(0, 8 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0): 0
 *   map(0, 8 << 20, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0): 0
 *   sbrk(8 << 20) == (void *)-1 && errno == ENOMEM: 1
 *   syscall(SYS_pkey_free, 5): EINVAL
 *   syscall(SYS_pkey_alloc, 1, 0): EINVAL
 *   syscall(SYS_pkey_alloc, 0, 8): EINVAL
 *   syscall(SYS_pkey_mprotect, one, PAGE, PROT_READ, -1): 0
 *   touch(one, 1) == SIGSEGV: 1
 *   syscall(SYS_pkey_mprotect, one, PAGE, PROT_READ, 7): EINVAL
 * Status: 0
 */
#define _GNU_SOURCE
#include "../include/tell.h"
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAGE = 4096 };

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif
#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP 4
#endif
#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#define MADV_POPULATE_WRITE 23
#endif
#ifndef MADV_WIPEONFORK
#define MADV_WIPEONFORK 18
#define MADV_KEEPONFORK 19
#endif

static sigjmp_buf back;
static volatile int expecting, caught, caught_code;
static char *volatile caught_at;
static int file, reading;

static void handler(int signal, siginfo_t *info, void *context)
{
    (void)context;
    if (!expecting)
        _exit(99);
    caught = signal;
    caught_code = info->si_code;
    caught_at = info->si_addr;
    siglongjmp(back, 1);
}

/* 0, or the signal that touching the octet brings. */
static int touch(volatile char *at, int writes)
{
    caught = 0;
    expecting = 1;
    if (sigsetjmp(back, 1) == 0) {
        if (writes)
            *at = 'w';
        else
            (void)*at;
    }
    expecting = 0;
    return caught;
}

static int map(void *at, size_t length, int prot, int flags, int fd, off_t offset)
{
    void *got = mmap(at, length, prot, flags, fd, offset);
    if (got == MAP_FAILED)
        return -1;
    munmap(got, length);
    return got == at || !at ? 0 : 1;
}

static char *fresh(int pages)
{
    return mmap(0, pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static int remap(void *old, size_t size, size_t wanted, int flags, void *at)
{
    void *got = mremap(old, size, wanted, flags, at);
    return got == MAP_FAILED ? -1 : got == old ? 0 : 1;
}

static void mapping(void)
{
    const int both = PROT_READ | PROT_WRITE, anonymous = MAP_PRIVATE | MAP_ANONYMOUS;
    char *one = fresh(4);
    TELL(map(0, 0, both, anonymous, -1, 0));
    TELL(map(0, PAGE, both, MAP_ANONYMOUS, -1, 0));
    TELL(map(0, PAGE, both, MAP_PRIVATE, -1, 0));
    TELL(map(0, PAGE, both, MAP_PRIVATE, 99, 0));
    TELL(map((void *)0x12345, PAGE, both, anonymous | MAP_FIXED, -1, 0));
    TELL(map((void *)0xffffe000, 2 * PAGE, both, anonymous | MAP_FIXED, -1, 0));
    TELL(map(0, 0xf0000000, both, anonymous, -1, 0));
    TELL(map(one, PAGE, both, anonymous | MAP_FIXED_NOREPLACE, -1, 0));
    TELL(map(one + PAGE, PAGE, both, anonymous, -1, 0)); /* a hint that is taken already */
    munmap(one + PAGE, PAGE);
    TELL(map(one + PAGE, PAGE, both, anonymous | MAP_FIXED_NOREPLACE, -1, 0));
    TELL(map(one + PAGE, PAGE, both, anonymous, -1, 0));
    TELL(map(0, PAGE, PROT_READ, MAP_SHARED, reading, 0));
    TELL(map(0, PAGE, both, MAP_SHARED, reading, 0));
    TELL(map(0, PAGE, both, MAP_PRIVATE, reading, 0));
    TELL(map(0, PAGE, PROT_READ, MAP_SHARED_VALIDATE, reading, 0));
    TELL(map(0, PAGE, PROT_READ, MAP_SHARED_VALIDATE | MAP_SYNC, reading, 0));
    TELL(map(0, PAGE, PROT_READ, MAP_PRIVATE | MAP_GROWSDOWN, reading, 0));
    TELL(map(0, PAGE, PROT_READ, MAP_SHARED | MAP_GROWSDOWN | MAP_ANONYMOUS, -1, 0));
    TELL(map(0, PAGE, both, anonymous | MAP_STACK | MAP_NORESERVE | MAP_POPULATE, -1, 0));
    int ends[2];
    pipe(ends);
    TELL(map(0, PAGE, PROT_READ, MAP_PRIVATE, ends[0], 0));
    TELL(map(0, PAGE, PROT_READ, MAP_PRIVATE, ends[1], 0));
    close(ends[0]);
    close(ends[1]);
    TELL(munmap(one + 1, PAGE));
    TELL(munmap(one, 0));
    TELL(munmap((void *)0x1000, PAGE));
    TELL(munmap(one, 4 * PAGE));
    TELL(munmap(one, 4 * PAGE));
}

static void protecting(void)
{
    char *one = fresh(3), *view = mmap(0, PAGE, PROT_READ, MAP_SHARED, reading, 0);
    TELL(syscall(SYS_mprotect, one + 1, PAGE, PROT_READ));
    TELL(mprotect(one, 0, PROT_READ));
    TELL(mprotect(one, PAGE, PROT_NONE));
    TELL(touch(one, 0) == SIGSEGV && caught_code == SEGV_ACCERR && caught_at == one);
    TELL(mprotect(one + PAGE, PAGE, PROT_READ));
    TELL(touch(one + PAGE, 0));
    TELL(touch(one + PAGE, 1) == SIGSEGV && caught_code == SEGV_ACCERR);
    munmap(one + PAGE, PAGE);
    TELL(touch(one + PAGE, 0) == SIGSEGV && caught_code == SEGV_MAPERR);
    TELL(mprotect(one, 3 * PAGE, PROT_READ | PROT_WRITE));
    TELL(touch(one, 1)); /* what comes before the hole is changed */
    TELL(mprotect(one, PAGE, PROT_READ | PROT_GROWSDOWN));
    TELL(mprotect(one, PAGE, PROT_READ | PROT_GROWSDOWN | PROT_GROWSUP));
    TELL(mprotect(one, PAGE, 0x100));
    TELL(mprotect(view, PAGE, PROT_READ | PROT_WRITE)); /* the file was opened for reading */
    munmap(view, PAGE);
    munmap(one, 3 * PAGE);
}

static void remapping(void)
{
    char *one = fresh(8), *two, *shared;
    strcpy(one, "first page");
    TELL(remap(one, 2 * PAGE, 0, 0, 0));
    TELL(remap(one + 1, PAGE, PAGE, 0, 0));
    TELL(remap(one, PAGE, PAGE, 0x100, 0));
    TELL(remap(one, PAGE, PAGE, MREMAP_FIXED, one + 4 * PAGE));
    TELL(remap(one, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, one + 4 * PAGE + 1));
    TELL(remap(one, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, one + PAGE));
    TELL(remap(one, 0, PAGE, MREMAP_MAYMOVE, 0)); /* only shared areas can be had twice */
    TELL(remap((void *)0x60000000, PAGE, 2 * PAGE, MREMAP_MAYMOVE, 0));
    TELL(remap(one, 100 * PAGE, 200 * PAGE, MREMAP_MAYMOVE, 0));
    TELL(remap(one, 8 * PAGE, 4 * PAGE, 0, 0));
    TELL(touch(one + 4 * PAGE, 0) == SIGSEGV);
    TELL(remap(one, 4 * PAGE, 8 * PAGE, 0, 0));
    mmap(one + 4 * PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    TELL(remap(one, 4 * PAGE, 5 * PAGE, 0, 0)); /* in the way */
    two = mremap(one, 4 * PAGE, 6 * PAGE, MREMAP_MAYMOVE);
    TELL(two != one && strcmp(two, "first page") == 0);
    TELL(touch(one, 0) == SIGSEGV);
    one = mremap(two, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, 0);
    TELL(one != MAP_FAILED && strcmp(one, "first page") == 0);
    TELL(two[0]); /* still mapped, and empty */
    TELL(remap(two, PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, 0));
    TELL(remap(two, PAGE, PAGE, MREMAP_DONTUNMAP, 0));
    shared = mmap(0, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    strcpy(shared, "shared");
    two = mremap(shared, 0, 2 * PAGE, MREMAP_MAYMOVE);
    TELL(two != MAP_FAILED && strcmp(two, "shared") == 0);
    strcpy(two, "twice");
    TELL(strcmp(shared, "twice"));
    TELL(remap(shared, 0, 2 * PAGE, 0, 0));
}

static void advising(void)
{
    char *one = fresh(4), *view = mmap(0, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    memset(one, 'a', 4 * PAGE);
    TELL(madvise(one + 1, PAGE, MADV_NORMAL));
    TELL(madvise(one, PAGE, 1234));
    TELL(madvise(one, 0, MADV_DONTNEED));
    TELL(madvise(one, 2 * PAGE, MADV_DONTNEED));
    TELL(one[0] + one[2 * PAGE]);
    TELL(madvise(one, PAGE, MADV_FREE));
    TELL(madvise(view, PAGE, MADV_FREE));
    TELL(madvise(one, PAGE, MADV_REMOVE));
    view[0] = 'v';
    TELL(madvise(view, PAGE, MADV_DONTNEED));
    TELL(view[0]);
    TELL(madvise(view, PAGE, MADV_REMOVE));
    TELL(view[0]);
    TELL(madvise(one, PAGE, MADV_WILLNEED));
    TELL(madvise(one, PAGE, MADV_SEQUENTIAL));
    TELL(madvise(one, PAGE, MADV_HUGEPAGE));
    TELL(madvise(one, PAGE, MADV_NOHUGEPAGE));
    TELL(madvise(one, PAGE, MADV_DONTDUMP));
    TELL(madvise(one, PAGE, MADV_POPULATE_WRITE));
    TELL(madvise(one + 3 * PAGE, PAGE, MADV_DONTFORK));
    TELL(madvise(view, PAGE, MADV_WIPEONFORK));
    TELL(madvise(one + 2 * PAGE, PAGE, MADV_WIPEONFORK));
    fflush(stdout);
    if (fork() == 0) {
        TELL(one[2 * PAGE]);
        TELL(touch(one + 3 * PAGE, 0) == SIGSEGV);
        fflush(stdout);
        _exit(0);
    }
    wait(0);
    TELL(one[2 * PAGE]);
    TELL(madvise(one + 2 * PAGE, PAGE, MADV_KEEPONFORK));
    TELL(madvise(one + 3 * PAGE, PAGE, MADV_DOFORK));
    mprotect(one, PAGE, PROT_NONE);
    TELL(madvise(one, PAGE, MADV_POPULATE_READ));
    munmap(one + PAGE, PAGE);
    TELL(madvise(one, 3 * PAGE, MADV_NORMAL));
    unsigned char there[4];
    TELL(mincore(one + 2 * PAGE, 2 * PAGE, there));
    TELL(there[0] & 1);
    TELL(mincore(one + 1, PAGE, there));
    TELL(mincore(one, 3 * PAGE, there));
    TELL(mincore(one + 2 * PAGE, PAGE, (void *)0));
    TELL(msync(one + 1, PAGE, MS_SYNC));
    TELL(msync(one + 2 * PAGE, PAGE, MS_SYNC | MS_ASYNC));
    TELL(msync(one + 2 * PAGE, PAGE, 8));
    TELL(msync(one, 3 * PAGE, MS_SYNC));
    TELL(msync(view, PAGE, MS_SYNC));
    munmap(one, 4 * PAGE);
    munmap(view, 2 * PAGE);
}

static void locking(void)
{
    char *one = fresh(8);
    struct rlimit small = {4 * PAGE, 4 * PAGE};
    TELL(mlock(one, 8 * PAGE));
    TELL(munlock(one, 8 * PAGE));
    TELL(mlock(one + 1, 1));
    TELL(madvise(one, PAGE, MADV_DONTNEED));
    TELL(msync(one, PAGE, MS_INVALIDATE));
    TELL(munlock(one, PAGE));
    TELL(mlock((void *)0x60000000, PAGE));
    TELL(syscall(SYS_mlock2, one, PAGE, 1));
    TELL(syscall(SYS_mlock2, one, PAGE, 2));
    TELL(munlockall());
    TELL(mlockall(0));
    TELL(mlockall(8));
    fflush(stdout);
    if (fork() == 0) {
        if (setrlimit(RLIMIT_MEMLOCK, &small) == 0 && setresuid(2000, 2000, 2000) == 0) {
            TELL(mlock(one, 4 * PAGE));
            TELL(mlock(one + 2 * PAGE, 2 * PAGE));
            TELL(mlock(one, 5 * PAGE));
            TELL(map(0, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0));
            TELL(munlock(one, 8 * PAGE));
            TELL(map(0, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0));
            TELL(mlockall(MCL_CURRENT));
        }
        fflush(stdout);
        _exit(0);
    }
    wait(0);
    munmap(one, 8 * PAGE);
}

static void files(void)
{
    char *view = mmap(0, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0), octet;
    char *own = mmap(0, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
    TELL(ftruncate(file, 2 * PAGE));
    TELL(touch(view + 2 * PAGE, 0) == SIGBUS && caught_code == BUS_ADRERR && caught_at == view + 2 * PAGE);
    TELL(pwrite(file, "x", 1, 0));
    TELL(view[0]);
    TELL(own[0]);
    view[0] = 'y';
    TELL(own[0]); /* until it is written to */
    TELL(pread(file, &octet, 1, 0) == 1 && octet == 'y');
    own[1] = 'o';
    view[0] = 'z';
    TELL(own[0]);
    TELL(ftruncate(file, PAGE));
    TELL(touch(view + PAGE, 1) == SIGBUS);
    TELL(ftruncate(file, 3 * PAGE));
    TELL(touch(view + PAGE, 1));
    TELL(syscall(SYS_remap_file_pages, view, PAGE, 0, 2, 0));
    TELL(syscall(SYS_remap_file_pages, own, PAGE, 0, 0, 0));
    TELL(syscall(SYS_remap_file_pages, view, PAGE, PROT_READ, 0, 0));
    view[0] = 'r';
    TELL(pread(file, &octet, 1, 2 * PAGE) == 1 && octet == 'r');
    munmap(view, 3 * PAGE);
    munmap(own, PAGE);
}

static void limits(void)
{
    struct rlimit limit;
    fflush(stdout);
    if (fork() == 0) {
        limit = (struct rlimit){16 << 20, 16 << 20};
        setrlimit(RLIMIT_AS, &limit);
        TELL(map(0, 20 << 20, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
        TELL(map(0, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
        fflush(stdout);
        _exit(0);
    }
    wait(0);
    if (fork() == 0) {
        limit = (struct rlimit){4 << 20, 4 << 20};
        setrlimit(RLIMIT_DATA, &limit);
        TELL(map(0, 8 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
        TELL(map(0, 8 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
        TELL(map(0, 8 << 20, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
        TELL(sbrk(8 << 20) == (void *)-1 && errno == ENOMEM);
        fflush(stdout);
        _exit(0);
    }
    wait(0);
}

static void keys(void)
{
    char *one = fresh(1);
    TELL(syscall(SYS_pkey_free, 5));
    TELL(syscall(SYS_pkey_alloc, 1, 0));
    TELL(syscall(SYS_pkey_alloc, 0, 8));
    TELL(syscall(SYS_pkey_mprotect, one, PAGE, PROT_READ, -1));
    TELL(touch(one, 1) == SIGSEGV);
    TELL(syscall(SYS_pkey_mprotect, one, PAGE, PROT_READ, 7));
    munmap(one, PAGE);
}

int main(void)
{
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
    sigaction(SIGSEGV, &action, 0);
    sigaction(SIGBUS, &action, 0);
    file = memfd_create("mapped", 0);
    ftruncate(file, 2 * PAGE);
    reading = open("/proc/self/fd/3", O_RDONLY);
    mapping();
    protecting();
    remapping();
    advising();
    locking();
    files();
    limits();
    keys();
    return 0;
}

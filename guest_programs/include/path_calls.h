/* Every call that takes a path, as a table: what else it is given does not make it fail. */
#ifndef PATH_CALLS_H
#define PATH_CALLS_H

#include "files.h"

/* In a call's words: the path. What stands before it is AT_FDCWD where a folder can be given. */
enum { Path = 0x7a7a7a7a };

struct path_call {
    const char *name;
    int number, words[6];
};

static int area[64];
static const int how[6];

#define AREA (int)area
#define TEXT(text) (int)(text)

static const struct path_call path_calls[] = {
    {"open", 5, {Path, O_RDONLY}},
    {"creat", 8, {Path, 0644}},
    {"link", 9, {Path, TEXT("new")}},
    {"link to", 9, {TEXT("file"), Path}},
    {"unlink", 10, {Path}},
    {"chdir", 12, {Path}},
    {"mknod", 14, {Path, 010644}},
    {"chmod", 15, {Path, 0644}},
    {"lchown", 16, {Path, -1, -1}},
    {"oldstat", 18, {Path, AREA}},
    {"mount", 21, {TEXT("none"), Path, TEXT("tmpfs")}},
    {"umount", 22, {Path}},
    {"utime", 30, {Path}},
    {"access", 33, {Path}},
    {"rename", 38, {Path, TEXT("new")}},
    {"rename to", 38, {TEXT("file"), Path}},
    {"mkdir", 39, {Path, 0755}},
    {"rmdir", 40, {Path}},
    {"umount2", 52, {Path}},
    {"chroot", 61, {Path}},
    {"symlink", 83, {TEXT("target"), Path}},
    {"oldlstat", 84, {Path, AREA}},
    {"readlink", 85, {Path, AREA, sizeof area}},
    {"truncate", 92, {Path}},
    {"statfs", 99, {Path, AREA}},
    {"stat", 106, {Path, AREA}},
    {"lstat", 107, {Path, AREA}},
    {"chown", 182, {Path, -1, -1}},
    {"truncate64", 193, {Path}},
    {"stat64", 195, {Path, AREA}},
    {"lstat64", 196, {Path, AREA}},
    {"lchown32", 198, {Path, -1, -1}},
    {"chown32", 212, {Path, -1, -1}},
    {"setxattr", 226, {Path, TEXT("user.a"), AREA, 1}},
    {"lsetxattr", 227, {Path, TEXT("user.a"), AREA, 1}},
    {"getxattr", 229, {Path, TEXT("user.a"), AREA, 1}},
    {"lgetxattr", 230, {Path, TEXT("user.a"), AREA, 1}},
    {"listxattr", 232, {Path, AREA, sizeof area}},
    {"llistxattr", 233, {Path, AREA, sizeof area}},
    {"removexattr", 235, {Path, TEXT("user.a")}},
    {"lremovexattr", 236, {Path, TEXT("user.a")}},
    {"statfs64", 268, {Path, 84, AREA}},
    {"utimes", 271, {Path}},
    {"openat", 295, {AT_FDCWD, Path, O_RDONLY}},
    {"mkdirat", 296, {AT_FDCWD, Path, 0755}},
    {"mknodat", 297, {AT_FDCWD, Path, 010644}},
    {"fchownat", 298, {AT_FDCWD, Path, -1, -1}},
    {"futimesat", 299, {AT_FDCWD, Path}},
    {"fstatat64", 300, {AT_FDCWD, Path, AREA}},
    {"unlinkat", 301, {AT_FDCWD, Path}},
    {"renameat", 302, {AT_FDCWD, Path, AT_FDCWD, TEXT("new")}},
    {"renameat to", 302, {AT_FDCWD, TEXT("file"), AT_FDCWD, Path}},
    {"linkat", 303, {AT_FDCWD, Path, AT_FDCWD, TEXT("new")}},
    {"linkat to", 303, {AT_FDCWD, TEXT("file"), AT_FDCWD, Path}},
    {"symlinkat", 304, {TEXT("target"), AT_FDCWD, Path}},
    {"readlinkat", 305, {AT_FDCWD, Path, AREA, sizeof area}},
    {"fchmodat", 306, {AT_FDCWD, Path, 0644}},
    {"faccessat", 307, {AT_FDCWD, Path}},
    {"utimensat", 320, {AT_FDCWD, Path}},
    {"name_to_handle_at", 341, {AT_FDCWD, Path, AREA, AREA}},
    {"renameat2", 353, {AT_FDCWD, Path, AT_FDCWD, TEXT("new")}},
    {"renameat2 to", 353, {AT_FDCWD, TEXT("file"), AT_FDCWD, Path}},
    {"statx", 383, {AT_FDCWD, Path, 0, 0x7ff, AREA}},
    {"utimensat_time64", 412, {AT_FDCWD, Path}},
    {"openat2", 437, {AT_FDCWD, Path, (int)how, sizeof how}},
    {"faccessat2", 439, {AT_FDCWD, Path}},
};

enum { PathCalls = sizeof path_calls / sizeof path_calls[0] };

/* Makes the call with this path, below this folder where it takes one. */
static inline int call_with_path(const struct path_call *call, int folder, const char *path)
{
    int words[6];
    for (int i = 0; i < 6; i++)
        words[i] = call->words[i] == Path ? (int)path : call->words[i];
    for (int i = 0; i < 5; i++)
        if (call->words[i] == AT_FDCWD && call->words[i + 1] == Path)
            words[i] = folder;
    return call6(call->number, words[0], words[1], words[2], words[3], words[4], words[5]);
}

static inline int takes_folder(const struct path_call *call)
{
    for (int i = 0; i < 5; i++)
        if (call->words[i] == AT_FDCWD && call->words[i + 1] == Path)
            return 1;
    return 0;
}

/* Makes the call and prints "name, what: outcome". */
static inline void show_path_call(const struct path_call *call, const char *what, int folder, const char *path)
{
    print(call->name), print(", ");
    show_ok(what, call_with_path(call, folder, path));
}

#endif

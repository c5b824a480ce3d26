/* errors_path_kinds: every call that takes a path, with files of all kinds and every way to write a path to them: dots,
 * slashes at the end, links that lead somewhere or nowhere. Run by root. */
#include "path_calls.h"

enum { S_IFIFO = 010000, S_IFCHR = 020000, S_IFSOCK = 0140000, NR_mount_call = 21, NR_oldstat = 18, NR_oldlstat = 84 };

static const char *const paths[] = {
    "folder", "folder/", "folder/.", "folder/..", ".", "..", "./file", "file/", "file/.", "link", "link/",
    "link/.", "dangling", "dangling/", "dirlink", "dirlink/", "dirlink/.", "dirlink/inside", "new/", "new/.", "fifo",
    "socket", "device", "full", "full/inside/..", "/proc/self/cwd", "/proc/self/fd/0/",
    "/proc/self/", "/proc/self/status",
};

static void make(void)
{
    make_file("file", "text"), mkdir("folder", 0755), mkdir("full", 0755), make_file("full/inside", "");
    symlink("file", "link"), symlink("gone", "dangling"), symlink("full", "dirlink");
    mknod("fifo", S_IFIFO | 0644, 0), mknod("socket", S_IFSOCK | 0644, 0), mknod("device", S_IFCHR | 0644, 0x103);
}

/* These would wait, change the mounts, or tell of the host's inode numbers. */
static int is_left_out(const struct path_call *call, const char *path)
{
    if (call->number == NR_mount_call || call->number == NR_oldstat || call->number == NR_oldlstat)
        return 1;
    int opens = call->number == NR_open || call->number == NR_openat || call->number == NR_openat2 || call->number == NR_creat;
    return opens && path[0] == 'f' && path[2] == 'f';
}

int main(void)
{
    enter_folder();
    mkdir("here", 0755), chdir("here");
    for (word j = 0; j < sizeof paths / sizeof paths[0]; j++)
        for (int i = 0; i < PathCalls; i++) {
            if (is_left_out(&path_calls[i], paths[j]))
                continue;
            make();
            int child = fork();
            if (child == 0) {
                show_path_call(&path_calls[i], paths[j], AT_FDCWD, paths[j]);
                leave(0);
            }
            wait4(child, 0, 0);
            chdir(own_folder), chdir("here");
            empty_folder();
        }
    remove_folder();
    return 0;
}

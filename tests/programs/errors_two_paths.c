/* errors_two_paths: link and rename with every pair of paths, so that often both are wrong: which one is told of. Run by
 * root. */
#include "files.h"

static char long_name[300];

static const char *const paths[] = {
    (char *)8, "", "nothing", "nothing/x", "file", "file/x", "file/", "loop/x", "folder", "folder/", "full", "full/inside",
    "full/deep", "dangling", ".", "..", "folder/..", "/proc/uptime", "/proc/nothing", "new/", long_name,
};

enum { Paths = sizeof paths / sizeof paths[0], Noreplace = 1, Exchange = 2 };

static void make(void)
{
    make_file("file", "text"), mkdir("folder", 0755), mkdir("full", 0755), make_file("full/inside", ""), mkdir("full/deep", 0755);
    symlink("gone", "dangling"), symlink("loop", "loop");
}

static int make_call(int which, const char *old, const char *new)
{
    switch (which) {
    case 0: return link(old, new);
    case 1: return call5(NR_linkat, AT_FDCWD, (int)old, AT_FDCWD, (int)new, AT_SYMLINK_FOLLOW);
    case 2: return rename(old, new);
    case 3: return call5(NR_renameat2, AT_FDCWD, (int)old, AT_FDCWD, (int)new, Noreplace);
    default: return call5(NR_renameat2, AT_FDCWD, (int)old, AT_FDCWD, (int)new, Exchange);
    }
}

static void name(const char *path) { print(path == (char *)8 ? "BAD" : path == long_name ? "LONG" : path); }

int main(void)
{
    static const char *const calls[] = {"link", "link, following", "rename", "rename, not replacing", "exchange"};
    enter_folder();
    memset(long_name, 'n', 256);
    mkdir("here", 0755), chdir("here");
    make();
    for (int which = 0; which < 5; which++)
        for (int i = 0; i < Paths; i++) {
            print(calls[which]), print(" "), name(paths[i]), print(":");
            for (int j = 0; j < Paths; j++) {
                int result = make_call(which, paths[i], paths[j]);
                print(" "), print(result ? errno_name(-result) : "0");
                if (result == 0)
                    empty_folder(), make();
            }
            print("\n");
        }
    remove_folder();
    return 0;
}

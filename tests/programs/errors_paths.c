/* errors_paths: every call that takes a path, with paths that lead nowhere and folders that are none. */
#include "path_calls.h"

static char long_name[300], long_path[5000];

static const struct { const char *what, *path; } cases[] = {
    {"null", 0}, {"bad address", (char *)8}, {"empty", ""}, {"missing", "nothing/x"}, {"below a file", "file/x"},
    {"loop", "loop/x"}, {"long name", long_name}, {"long path", long_path},
};

int main(void)
{
    enter_folder();
    memset(long_name, 'n', 256), memset(long_path, '/', 4999);
    make_file("file", "text"), symlink("loop", "loop");
    int file = open("file", O_RDONLY, 0);
    for (int i = 0; i < PathCalls; i++) {
        for (word j = 0; j < sizeof cases / sizeof cases[0]; j++)
            show_path_call(&path_calls[i], cases[j].what, AT_FDCWD, cases[j].path);
        if (takes_folder(&path_calls[i])) {
            show_path_call(&path_calls[i], "no descriptor", 99, "x");
            show_path_call(&path_calls[i], "a file's descriptor", file, "x");
        }
    }
    remove_folder();
    return 0;
}

/* spawns: posix_spawn and posix_spawnp start programs, and say so when they cannot.
 *
 * Shows: the library makes the child with clone or clone3, on the parent's memory but on a stack of
 * the child's own. When the child cannot execute the program, the caller gets the error as the
 * result, and no child is left.
 * Prints:
 *   posix_spawn: 0, the program's exit status was 7
 *   posix_spawnp: 0, the program's exit status was 7
 *   posix_spawn of what does not exist: No such file or directory, no child is left
 *   posix_spawnp of what does not exist: No such file or directory, no child is left
 *   posix_spawn of a folder: Permission denied, no child is left
 * Status: 0
 */
#define _GNU_SOURCE
#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;
static char *arguments[] = {"spawns", "program", NULL};

static void start(const char *call, const char *program)
{
    pid_t pid;
    int status = 0;
    int error = strcmp(call, "posix_spawn") == 0
                    ? posix_spawn(&pid, program, NULL, NULL, arguments, environ)
                    : posix_spawnp(&pid, program, NULL, NULL, arguments, environ);
    waitpid(pid, &status, 0);
    printf("%s: %d, the program's exit status was %d\n", call, error, WEXITSTATUS(status));
}

static void fail_to_start(const char *what, int error)
{
    int nobody = waitpid(-1, NULL, 0) == -1 && errno == ECHILD;
    printf("%s: %s, %s\n", what, strerror(error), nobody ? "no child is left" : "a child is left");
}

/* Makes PATH the folder that this program lies in, and returns the program's name. */
static const char *find_myself(void)
{
    static char path[4096];
    ssize_t size = readlink("/proc/self/exe", path, sizeof path - 1);
    char *slash = size > 0 ? strrchr(path, '/') : NULL;
    if (slash == NULL)
        exit(1);
    *slash = 0;
    setenv("PATH", *path ? path : "/", 1);
    return slash + 1;
}

int main(int argc, char **argv)
{
    (void)argv;
    pid_t pid;
    if (argc > 1)
        return 7;
    setvbuf(stdout, NULL, _IONBF, 0);
    const char *name = find_myself();
    start("posix_spawn", "/proc/self/exe");
    start("posix_spawnp", name);
    fail_to_start("posix_spawn of what does not exist",
                  posix_spawn(&pid, "/no/such/program", NULL, NULL, arguments, environ));
    fail_to_start("posix_spawnp of what does not exist",
                  posix_spawnp(&pid, "no-such-program", NULL, NULL, arguments, environ));
    fail_to_start("posix_spawn of a folder",
                  posix_spawn(&pid, "/", NULL, NULL, arguments, environ));
    return 0;
}

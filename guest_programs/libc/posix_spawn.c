/* posix_spawn: the library's way to vfork and exec, once with success, once without.
 *
 * Shows: the spawned program is this one again, with an argument; a program that does not exist makes
 * posix_spawn itself return the error, because the child shares its parent's memory until exec.
 * Prints:
 *   parent spawns
 *   child runs with argument: hello
 *   child exited with 9
 *   spawn of a missing file: No such file or directory
 *   spawn with its output closed: child exited with 1
 * Status: 0
 */
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static int child(const char *argument)
{
    printf("child runs with argument: %s\n", argument);
    return fflush(stdout) == 0 && !ferror(stdout) ? 9 : 1;
}

static int exit_status_of(pid_t pid)
{
    int status;
    if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
        return -1;
    return WEXITSTATUS(status);
}

int main(int argc, char **argv)
{
    char *child_argv[] = {argv[0], "hello", NULL};
    posix_spawn_file_actions_t actions;
    pid_t pid;
    if (argc > 1)
        return child(argv[1]);

    puts("parent spawns");
    fflush(stdout);
    if (posix_spawn(&pid, argv[0], NULL, NULL, child_argv, environ) != 0)
        return 1;
    printf("child exited with %d\n", exit_status_of(pid));

    int error = posix_spawn(&pid, "/no/such/file", NULL, NULL, child_argv, environ);
    printf("spawn of a missing file: %s\n", strerror(error));

    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addclose(&actions, STDOUT_FILENO);
    fflush(stdout);
    if (posix_spawn(&pid, argv[0], &actions, NULL, child_argv, environ) != 0)
        return 1;
    printf("spawn with its output closed: child exited with %d\n", exit_status_of(pid));
    return 0;
}

/* execs: tries to execute each argument, says what came of it, and lives on; then with bad pointers. */
#include "print.h"

enum { Execve = 11, Execveat = 358, Ok = 0 };

static char *environment[] = {"NAME=value", 0};
static char large[1 << 20];
static char *many[1 << 12];

static int try(const char *path, char **words, char **variables)
{
    int status = 0, pid = fork();
    if (pid == 0)
        leave(-call3(Execve, (int)path, (int)words, (int)variables));
    wait4(pid, &status, 0);
    return status;
}

static void show(const char *what, int status)
{
    print(what);
    if (status & 127)
        print_line(" killed by ", status & 127);
    else
        print_line(": ", status >> 8);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        char *words[] = {argv[i], "one", 0};
        show(argv[i], try(argv[i], words, environment));
    }
    char *words[] = {"x", 0}, *bad[] = {(char *)8, 0};
    show("bad path", try((char *)8, words, environment));
    show("bad argv", try(argv[1], (char **)8, environment));
    show("bad string", try(argv[1], bad, environment));
    show("bad envp", try(argv[1], words, (char **)8));
    show("empty path", try("", words, environment));
    memset(large, 'a', sizeof large - 1);
    char *huge[] = {"x", large, 0};
    show("an argument of a MiB", try(argv[1], huge, environment));
    large[(32 << 12) - 1] = 0;
    show("an argument of 128 KiB", try(argv[1], huge, environment));
    large[(32 << 12) - 2] = 0;
    for (int i = 0; i < 100; i++)
        many[i] = large;
    show("many of them", try(argv[1], many, environment));
    for (int i = 0; i < (1 << 12) - 1; i++)
        many[i] = large;
    show("a great many of them", try(argv[1], many, environment));
    show("a long path", try(large, words, environment));
    return 0;
}

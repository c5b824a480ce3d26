/* sh: a shell for one command, so that system() and popen() find a /bin/sh in an empty root.
 *
 * Shows: nothing by itself. It knows echo, cat, exit, kill and false, each with plain words and $$,
 * and runs the commands between semicolons one after the other. Arguments: -c COMMANDS.
 * Prints:
 * Status: 0
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_WORDS = 32 };

static int echo(char **words)
{
    for (int i = 1; words[i]; i++)
        printf("%s%s", i > 1 ? " " : "", words[i]);
    puts("");
    return 0;
}

static int cat(void)
{
    int letter;
    while ((letter = getchar()) != EOF)
        putchar(letter);
    return 0;
}

/* kill -SIGNAL PID, where $$ is this shell. */
static int send(char **words)
{
    int pid = strcmp(words[2], "$$") == 0 ? getpid() : atoi(words[2]);
    return kill(pid, -atoi(words[1])) < 0;
}

static int run(char **words)
{
    if (!words[0])
        return 0;
    if (!strcmp(words[0], "echo"))
        return echo(words);
    if (!strcmp(words[0], "cat"))
        return cat();
    if (!strcmp(words[0], "exit"))
        exit(words[1] ? atoi(words[1]) : 0);
    if (!strcmp(words[0], "kill") && words[1] && words[2])
        return send(words);
    if (!strcmp(words[0], "false"))
        return 1;
    fprintf(stderr, "sh: %s: not found\n", words[0]);
    return 127;
}

static int run_words_of(char *command)
{
    char *words[MOST_WORDS + 1], *rest;
    int count = 0;
    for (char *word = strtok_r(command, " ", &rest); word && count < MOST_WORDS; count++) {
        words[count] = word;
        word = strtok_r(NULL, " ", &rest);
    }
    words[count] = NULL;
    return run(words);
}

int main(int argc, char **argv)
{
    char *rest;
    int status = 0;
    if (argc < 2 || strcmp(argv[1], "-c") != 0)
        return 0;
    /* some libraries put "--" between -c and the command */
    char *commands = argv[argc - 1];
    for (char *one = strtok_r(commands, ";", &rest); one; one = strtok_r(NULL, ";", &rest))
        status = run_words_of(one);
    return status;
}

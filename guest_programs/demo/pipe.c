/* pipe: two processes talk through two pipes.
 *
 * Shows: a read from an empty pipe waits for the other process to write; a read from a pipe that
 * nobody can write any more is end of file, 0.
 * Prints:
 *   parent sends 1
 *   child doubles it
 *   parent gets 2
 *   parent sends 5
 *   child doubles it
 *   parent gets 10
 *   child sees the end
 *   parent: child ended
 * Status: 0
 */
#include "print.h"

static void serve(int from, int to)
{
    int number;
    while (read(from, &number, sizeof number) == sizeof number) {
        print("child doubles it\n");
        number *= 2;
        write(to, &number, sizeof number);
    }
    print("child sees the end\n");
    leave(0);
}

static void ask(int number, int to, int from)
{
    int answer = 0;
    print_line("parent sends ", number);
    write(to, &number, sizeof number);
    read(from, &answer, sizeof answer);
    print_line("parent gets ", answer);
}

int main(void)
{
    int questions[2], answers[2];
    if (pipe(questions) < 0 || pipe(answers) < 0)
        fail("no pipe\n");
    int pid = fork();
    if (pid == 0) {
        close(questions[1]);
        serve(questions[0], answers[1]);
    }
    ask(1, questions[1], answers[0]);
    ask(5, questions[1], answers[0]);
    close(questions[1]);
    if (wait4(pid, 0, 0) != pid)
        return 1;
    print("parent: child ended\n");
    return 0;
}

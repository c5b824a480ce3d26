/* fallback: a C library's vfork, on kernels with the call and on those from before it was one.
 *
 * Shows: a library that must run on both tries call 190 first, remembers when the kernel does not know
 * it (--vfork=linux-2.0-strict), and uses fork, which a program without tricks does not notice.
 * Prints:
 *   a library's vfork is: call 190
 *   its first child is: in its memory
 *   its second child is: in its memory
 * Status: 0
 */
#include "answer.h"

__attribute__((used)) int has_no_vfork; /* for the assembly below */
static volatile int counter;

/* Either call's child may be the one that goes on, so the way back waits in a register. */
__asm__("library_vfork:\n"
        "    popl %ecx\n"
        "    cmpl $0, has_no_vfork\n"
        "    jne 1f\n"
        "    movl $190, %eax\n"
        "    int $0x80\n"
        "    cmpl $-38, %eax\n" /* ENOSYS */
        "    jne 2f\n"
        "    movl $1, has_no_vfork\n"
        "1:  movl $2, %eax\n"
        "    int $0x80\n"
        "2:  pushl %ecx\n"
        "    ret\n");
__attribute__((returns_twice)) int library_vfork(void);

static int make_child(void)
{
    int before = counter;
    int pid = library_vfork();
    if (pid == 0) {
        counter++;
        leave(0);
    }
    wait4(pid, 0, 0);
    return counter == before;
}

int main(void)
{
    int first_is_copy = make_child();
    answer("a library's vfork is", has_no_vfork ? "fork" : "call 190");
    answer("its first child is", first_is_copy ? "a copy" : "in its memory");
    answer("its second child is", make_child() ? "a copy" : "in its memory");
    return 0;
}

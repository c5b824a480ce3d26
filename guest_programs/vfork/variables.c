/* variables: one that lives in a register is as it was at the call, one in memory as the child left it.
 *
 * Shows: the child sets two variables to 2, one of them kept in register esi, one in memory. The
 * parent's registers are its own, its memory is not. (With --vfork-registers=child, as the text
 * tells of some systems, the parent goes on with the child's register.)
 * Prints:
 *   in a register: 1
 *   in memory: 2
 * Status: 0
 */
#include "print.h"

int main(void)
{
    int pid, in_register = 1;
    volatile int in_memory = 1;
    __asm__ volatile("movl $190, %%eax\n\t"
                     "int $0x80\n\t"
                     "testl %%eax, %%eax\n\t"
                     "jnz 1f\n\t"
                     "movl $2, %%esi\n\t"
                     "movl $2, %[memory]\n\t"
                     "movl $1, %%eax\n\t"
                     "xorl %%edx, %%edx\n\t"
                     "int $0x80\n"
                     "1:"
                     : "=&a"(pid), "+S"(in_register), [memory] "+m"(in_memory)
                     : "b"(0)
                     : "edx", "memory", "cc");
    print_line("in a register: ", in_register);
    print_line("in memory: ", in_memory);
    return wait4(pid, 0, 0) == pid ? 0 : 1;
}

/* exit0: the smallest program that exec can load.
 *
 * Shows: nothing; vfork_exec_wait measures with it.
 * Prints:
 * Status: 0
 */
    .globl _start
    .text
_start:
    movl $1, %eax
    xorl %ebx, %ebx
    int $0x80

    .section .note.GNU-stack,"",@progbits

/* column_registers: whose register values does the parent have after vfork?
 *
 * Shows: the parent puts 1 to 5 into ecx, edx, esi, edi and ebp. The child puts 6 to 10 there, and ends.
 * With --vfork-registers=child the parent goes on with the child's values.
 * Prints:
 *   the parent's registers are the child's: no
 * Status: 0
 */
    .globl _start
    .text
_start:
    movl $1, %ecx
    movl $2, %edx
    movl $3, %esi
    movl $4, %edi
    movl $5, %ebp
    movl $190, %eax
    int $0x80
    testl %eax, %eax
    jnz parent

    movl $6, %ecx
    movl $7, %edx
    movl $8, %esi
    movl $9, %edi
    movl $10, %ebp
    movl $1, %eax               /* exit(0) */
    xorl %ebx, %ebx
    int $0x80

parent:
    cmpl $0, %eax
    jl error
    imull $10000, %ecx          /* ten thousand, a thousand, … make one number of the five */
    imull $1000, %edx
    imull $100, %esi
    imull $10, %edi
    addl %edx, %ecx
    addl %esi, %ecx
    addl %edi, %ecx
    addl %ebp, %ecx
    cmpl $12345, %ecx
    je is_own
    cmpl $67900, %ecx           /* 6, 7, 8, 9 and 10 */
    je is_child
    movl $1, %ebx               /* a mixture: exit(1) */
    jmp leave
is_own:
    movl $own, %ecx
    movl $own_size, %edx
    jmp say
is_child:
    movl $child, %ecx
    movl $child_size, %edx
    jmp say
error:
    movl $none, %ecx
    movl $none_size, %edx
say:
    movl $4, %eax               /* write(1, ecx, edx) */
    movl $1, %ebx
    int $0x80
    xorl %ebx, %ebx
leave:
    movl $1, %eax
    int $0x80

    .section .rodata
own:
    .ascii "the parent's registers are the child's: no\n"
    .set own_size, . - own
child:
    .ascii "the parent's registers are the child's: yes\n"
    .set child_size, . - child
none:
    .ascii "the parent's registers are the child's: ENOSYS\n"
    .set none_size, . - none
    .section .note.GNU-stack, "", @progbits

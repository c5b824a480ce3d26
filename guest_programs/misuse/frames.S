/* frames: a vfork child that leaves the function that called vfork, without any CFI to tell so.
 *
 * Shows: W2 of the misuse check. Cases by the first letter of the argument: r returns, a assigns ESP, p pops and
 * pushes within the frame (clean), without one nothing.
 * Prints:
 *   parent
 * Status: 0
 */
    .globl _start
    .text
_start:
    movl $'c', %ebx
    cmpl $1, (%esp)
    jle 1f
    movl 8(%esp), %eax
    movb (%eax), %bl
1:  movl %esp, %ebp
    call caller
after:
    testl %eax, %eax
    jz leave
    movl $4, %eax
    movl $1, %ebx
    movl $text, %ecx
    movl $size, %edx
    int $0x80
    xorl %ebx, %ebx
leave:
    movl $252, %eax
    int $0x80

    .type caller, @function
caller:
    pushl $0x11
    pushl $0x22
    call my_vfork
    testl %eax, %eax
    jnz 2f
    cmpb $'p', %bl
    je within
    cmpb $'a', %bl
    je assign
    cmpb $'r', %bl
    jne quit
2:  addl $8, %esp
    ret
within:
    popl %ecx
    popl %edx
    subl $8, %esp
quit:
    xorl %ebx, %ebx
    jmp leave
assign:
    movl %ebp, %ecx
    movl %ecx, %esp
    jmp quit
    .size caller, . - caller

    .type my_vfork, @function
my_vfork:
    popl %edx
    movl $190, %eax
    int $0x80
    pushl %edx
    ret
    .size my_vfork, . - my_vfork

    .section .rodata
text:
    .ascii "parent\n"
    .set size, . - text
    .section .note.GNU-stack,"",@progbits

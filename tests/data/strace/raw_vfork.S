/* vfork, execve and wait4 with no library in between; the child becomes ./family in its child role. */
    .globl _start
    .text
_start:
    movl $190, %eax             /* vfork */
    int $0x80
    testl %eax, %eax
    jnz parent
    movl $11, %eax              /* execve(program, arguments, environment) */
    movl $program, %ebx
    movl $arguments, %ecx
    movl $environment, %edx
    int $0x80
    movl $1, %eax               /* exit(127) */
    movl $127, %ebx
    int $0x80
parent:
    movl %eax, %ebx             /* wait4(child, &status, 0, NULL) */
    movl $114, %eax
    movl $status, %ecx
    xorl %edx, %edx
    xorl %esi, %esi
    int $0x80
    movl $4, %eax               /* write(1, done, 12) */
    movl $1, %ebx
    movl $done, %ecx
    movl $12, %edx
    int $0x80
    movl $252, %eax             /* exit_group(0) */
    xorl %ebx, %ebx
    int $0x80

    .section .rodata
program:
    .asciz "./family"
role:
    .asciz "child"
done:
    .ascii "parent done\n"

    .data
arguments:
    .long program, role
environment:
    .long 0
status:
    .long 0

    .section .note.GNU-stack,"",@progbits

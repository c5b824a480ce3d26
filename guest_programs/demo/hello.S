/* hello: the smallest useful program: write, then exit.
 *
 * Shows: two system calls through int $0x80, number in eax, arguments in ebx, ecx, edx.
 * Prints:
 *   hello from i386
 * Status: 0
 */
    .globl _start
    .text
_start:
    movl $4, %eax               /* write(1, text, size) */
    movl $1, %ebx
    movl $text, %ecx
    movl $size, %edx
    int $0x80

    movl $1, %eax               /* exit(0) */
    xorl %ebx, %ebx
    int $0x80

    .section .rodata
text:
    .ascii "hello from i386\n"
    .set size, . - text

    .section .note.GNU-stack,"",@progbits

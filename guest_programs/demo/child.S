/* child: the image that a process turns into; vfork_exec runs it.
 *
 * Shows: a program of its own that ends with a status its parent can tell from others.
 * Prints:
 *   child image
 * Status: 7
 */
    .globl _start
    .text
_start:
    movl $4, %eax               /* write(1, text, size) */
    movl $1, %ebx
    movl $text, %ecx
    movl $size, %edx
    int $0x80

    movl $1, %eax               /* exit(7) */
    movl $7, %ebx
    int $0x80

    .section .rodata
text:
    .ascii "child image\n"
    .set size, . - text

    .section .note.GNU-stack,"",@progbits

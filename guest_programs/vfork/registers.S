/* registers: vfork takes no arguments and changes no register but eax.
 *
 * Shows: call 190 is made with numbers in all registers that other calls take arguments from. It
 * succeeds, twice, and each time everything but eax is as it was: seven registers and the flags.
 * Prints:
 *   child: eax is 0, the other registers are as they were
 *   parent: eax is the pid, the other registers are as they were
 * Status: 0
 */
    .globl _start
    .text
_start:
    movl $0x11111111, %ebx
    movl $0x22222222, %ecx
    movl $0x33333333, %edx
    movl $0x44444444, %esi
    movl $0x55555555, %edi
    movl $0x66666666, %ebp
    movl %esp, stack
    pushfl
    popl %eax
    movl %eax, flags
    movl $190, %eax
    int $0x80

    /* moves and jumps that spare the flags until they are on the stack */
    pushfl
    cmpl $0, %eax
    jl failed
    cmpl $0x11111111, %ebx
    jne failed
    cmpl $0x22222222, %ecx
    jne failed
    cmpl $0x33333333, %edx
    jne failed
    cmpl $0x44444444, %esi
    jne failed
    cmpl $0x55555555, %edi
    jne failed
    cmpl $0x66666666, %ebp
    jne failed
    popl %ecx
    cmpl flags, %ecx
    jne failed
    cmpl stack, %esp
    jne failed
    testl %eax, %eax
    jnz parent

    movl $20, %eax              /* getpid(): the parent will compare */
    int $0x80
    movl %eax, pid
    movl $child_text, %ecx
    movl $child_size, %edx
    call print
    movl $1, %eax               /* exit(0) */
    xorl %ebx, %ebx
    int $0x80

parent:
    cmpl pid, %eax
    jne failed
    movl $parent_text, %ecx
    movl $parent_size, %edx
    call print
    movl $1, %eax
    xorl %ebx, %ebx
    int $0x80

failed:
    movl $1, %eax               /* exit(1) */
    movl $1, %ebx
    int $0x80

print:
    movl $4, %eax               /* write(1, ecx, edx) */
    movl $1, %ebx
    int $0x80
    ret

    .section .rodata
child_text:
    .ascii "child: eax is 0, the other registers are as they were\n"
    .set child_size, . - child_text
parent_text:
    .ascii "parent: eax is the pid, the other registers are as they were\n"
    .set parent_size, . - parent_text

    .bss
    .align 4
stack:
    .skip 4
flags:
    .skip 4
pid:
    .skip 4

    .section .note.GNU-stack,"",@progbits

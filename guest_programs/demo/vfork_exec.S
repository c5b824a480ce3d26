/* vfork_exec: a child made by vfork becomes another program, then the parent goes on.
 *
 * Shows: call 190 returns twice on one stack; the parent stands still until the child's execve
 * has succeeded, then waits for the child and finds its exit status, 7. The program is argv[1] or,
 * without one, the guest named child in this guest's own folder.
 * Prints:
 *   child image
 *   parent done
 * Status: 0
 */
    .globl _start
    .text
_start:
    call find_program           /* esi = path of the program to run */

    movl $190, %eax             /* vfork(): 0 in the child, the child's pid in the parent */
    int $0x80
    testl %eax, %eax
    js failed
    jnz parent

    movl %esi, child_argv       /* memory is shared: the parent would see this write, too */
    movl $11, %eax              /* execve(path, {path, 0}, {0}) */
    movl %esi, %ebx
    movl $child_argv, %ecx
    movl $child_envp, %edx
    int $0x80

    movl $1, %eax               /* only reached when execve failed: exit(127) */
    movl $127, %ebx
    int $0x80

parent:
    movl %eax, %ebx             /* wait4(pid, &status, 0, 0) */
    movl $114, %eax
    movl $status, %ecx
    xorl %edx, %edx
    xorl %esi, %esi
    int $0x80
    cmpl $0x700, status
    jne failed

    movl $4, %eax               /* write(1, text, size) */
    movl $1, %ebx
    movl $text, %ecx
    movl $size, %edx
    int $0x80

    movl $252, %eax             /* exit_group(0) */
    xorl %ebx, %ebx
    int $0x80

failed:
    movl $252, %eax             /* exit_group(1) */
    movl $1, %ebx
    int $0x80

/* Above the return address lie argc, argv[0], argv[1] … */
find_program:
    cmpl $1, 4(%esp)
    jle beside_us
    movl 12(%esp), %esi
    ret

/* Copies argv[0], remembering where its last part begins, and puts the name there. */
beside_us:
    movl 8(%esp), %esi
    movl $path, %edi
    movl %edi, %edx             /* edx = just behind the last slash so far */
    movl $path_room, %ecx
copy:
    lodsb
    stosb
    testb %al, %al
    jz append
    cmpb $'/', %al
    jne next
    movl %edi, %edx
next:
    loop copy
    jmp failed
append:
    movl %edx, %edi
    movl $name, %esi
    movl $name_size, %ecx
    rep movsb
    movl $path, %esi
    ret

    .section .rodata
text:
    .ascii "parent done\n"
    .set size, . - text
name:
    .asciz "child"
    .set name_size, . - name

    .data
child_argv:
    .long 0, 0
child_envp:
    .long 0
status:
    .long -1

    .set path_room, 4096
    .bss
path:
    .skip path_room + name_size

    .section .note.GNU-stack,"",@progbits

// SPDX-License-Identifier: Apache-2.0
// Entry point and system calls of the pause program on AArch64.
        .text
        .globl  _start
        .type   _start, %function
_start:
        mov     x29, #0
        mov     x30, #0
        ldr     x0, [sp]                // argc
        bl      pause_main
        brk     #1
        .size   _start, . - _start

// long raw_syscall(long number, long a, long b, long c, long d)
        .globl  raw_syscall
        .type   raw_syscall, %function
raw_syscall:
        mov     x8, x0
        mov     x0, x1
        mov     x1, x2
        mov     x2, x3
        mov     x3, x4
        svc     #0
        ret
        .size   raw_syscall, . - raw_syscall
        .section .note.GNU-stack, "", %progbits

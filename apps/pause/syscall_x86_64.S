// SPDX-License-Identifier: Apache-2.0
// Entry point and system calls of the pause program on x86-64 (System V ABI, appendix A.2).
        .text
        .globl  _start
        .type   _start, @function
_start:
        endbr64
        xorl    %ebp, %ebp
        movq    (%rsp), %rdi            // argc
        andq    $-16, %rsp
        call    pause_main
        ud2
        .size   _start, . - _start

// long raw_syscall(long number, long a, long b, long c, long d)
        .globl  raw_syscall
        .type   raw_syscall, @function
raw_syscall:
        endbr64
        movq    %rdi, %rax
        movq    %rsi, %rdi
        movq    %rdx, %rsi
        movq    %rcx, %rdx
        movq    %r8, %r10
        syscall
        ret
        .size   raw_syscall, . - raw_syscall
        .section .note.GNU-stack, "", @progbits

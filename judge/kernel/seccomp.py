"""Compiles a system-call policy to a classic BPF program for seccomp. Pure: no I/O, no policy of its own.

A :class:`Policy` says what happens to each system call by name; :func:`assemble` turns it into the array of
``struct sock_filter`` that ``seccomp(SECCOMP_SET_MODE_FILTER)`` takes. The layout of every program:

1. a call of another architecture (``int 0x80``) or of the x32 ABI gets the ``foreign`` action;
2. a binary search over the call numbers finds the call's leaf in about eight comparisons;
3. the leaf returns its action, or looks at arguments first. Arguments are loaded only there, so the kernel can
   prove the other calls constant and let them through without running the program (Linux 5.11, seccomp cache).

Sources: include/uapi/linux/{bpf_common,filter,seccomp,audit}.h, Documentation/userspace-api/seccomp_filter.rst.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import NamedTuple

from judge.kernel import syscalls

# linux/bpf_common.h: instruction classes, sizes, modes and operations, already joined as this compiler needs them.
BPF_LD_W_ABS = 0x20
BPF_JMP_JA = 0x05
BPF_JMP_JEQ_K = 0x15
BPF_JMP_JGE_K = 0x35
BPF_ALU_AND_K = 0x54
BPF_RET_K = 0x06
BPF_MAXINSNS = 4096

# linux/seccomp.h, in the kernel's order of precedence.
SECCOMP_RET_KILL_PROCESS = 0x8000_0000
SECCOMP_RET_KILL_THREAD = 0x0000_0000
SECCOMP_RET_TRAP = 0x0003_0000
SECCOMP_RET_ERRNO = 0x0005_0000
SECCOMP_RET_USER_NOTIF = 0x7FC0_0000
SECCOMP_RET_LOG = 0x7FFC_0000
SECCOMP_RET_ALLOW = 0x7FFF_0000
SECCOMP_RET_DATA = 0x0000_FFFF

# struct seccomp_data { int nr; __u32 arch; __u64 instruction_pointer; __u64 args[6]; }
_OFFSET_NR = 0
_OFFSET_ARCH = 4
_OFFSET_ARGS = 16
_ARGS = 6

# linux/audit.h
AUDIT_ARCH_X86_64 = 0xC000_003E
AUDIT_ARCH_AARCH64 = 0xC000_00B7
AUDIT_ARCH_I386 = 0x4000_0003
AUDIT_ARCH_ARM = 0x4000_0028
_AUDIT_ARCH = {"x86_64": AUDIT_ARCH_X86_64, "aarch64": AUDIT_ARCH_AARCH64}
_FOREIGN_NAMES = {AUDIT_ARCH_I386: "i386", AUDIT_ARCH_ARM: "arm"}

#: asm/unistd.h of x86_64: this bit marks a call of the x32 ABI; its AUDIT_ARCH is that of x86_64.
X32_SYSCALL_BIT = 0x4000_0000

_U32 = 0xFFFF_FFFF
_U64 = 0xFFFF_FFFF_FFFF_FFFF
_JUMP_MAX = 0xFF
_ERRNO_MAX = 4095

# An action is the 32-bit value that the program returns to the kernel.
ALLOW = SECCOMP_RET_ALLOW
#: The supervisor is told which call it is, and decides: the call never happens and the run ends, or it goes on.
NOTIFY = SECCOMP_RET_USER_NOTIF
KILL = SECCOMP_RET_KILL_PROCESS


def fail(errno: int) -> int:
    """The action "do nothing and return -errno"; ``fail(0)`` does nothing and reports success."""
    if not 0 <= errno <= _ERRNO_MAX:
        raise ValueError(f"errno must be within 0..{_ERRNO_MAX}, not {errno}")
    return SECCOMP_RET_ERRNO | errno


class Match(NamedTuple):
    """True when argument number ``arg`` (from 0), masked, is one of ``values``.

    ``bits`` is what the kernel looks at: 32 for int, unsigned int and flags it truncates (the upper half then
    does not matter, so garbage there must not change the answer), 64 for pointers, sizes and full longs.
    """

    arg: int
    values: tuple[int, ...]
    mask: int = _U64
    bits: int = 32


class Rule(NamedTuple):
    """When all of ``matches`` hold, ``action``."""

    matches: tuple[Match, ...]
    action: int


class Call(NamedTuple):
    """What happens to one system call: the first rule that holds decides, else ``otherwise``."""

    rules: tuple[Rule, ...]
    otherwise: int


class Policy(NamedTuple):
    """A named set of decisions. ``calls`` maps a call's name to an action or a :class:`Call`.

    ``default`` is for calls not named, those of newer kernels included; ``foreign`` for calls through another ABI.
    """

    name: str
    calls: Mapping[str, int | Call]
    default: int
    foreign: int = NOTIFY


class Insn(NamedTuple):
    """``struct sock_filter``: jumps are relative to the next instruction."""

    code: int
    jt: int
    jf: int
    k: int


def assemble(policy: Policy, machine: str) -> bytes:
    """The policy as an array of ``struct sock_filter`` for ``machine`` (as in ``os.uname().machine``).

    A call that exists on another known machine only is passed over. Raises ValueError for an unknown machine, an
    unknown call name, a bad rule, or a program over the kernel's limit of 4096 instructions.
    """
    program = _prologue(policy, machine) + _search(_ranges(policy, machine))
    if len(program) > BPF_MAXINSNS:
        raise ValueError(f"policy {policy.name!r} needs {len(program)} instructions, the kernel takes {BPF_MAXINSNS}")
    return b"".join(struct.pack("=HBBI", *insn) for insn in program)


def audit_arch(machine: str) -> int:
    """The AUDIT_ARCH value of ``machine``. Raises ValueError for an unknown one."""
    if machine not in _AUDIT_ARCH:
        raise ValueError(f"no seccomp support for machine {machine!r}; known: {', '.join(sorted(_AUDIT_ARCH))}")
    return _AUDIT_ARCH[machine]


def syscall_name(arch: int, nr: int) -> str:
    """A name for people of call ``nr`` under the AUDIT_ARCH value ``arch``, both as a notification carries them.

    ``"mount"``; ``"x32:N"``, ``"i386:N"``, ``"arm:N"`` or ``"arch-0xHEX:N"`` for other ABIs; ``"syscall-N"`` unknown.
    """
    number = nr & _U32
    for machine, known in _AUDIT_ARCH.items():
        if arch == known:
            if machine == "x86_64" and number & X32_SYSCALL_BIT:
                return f"x32:{number & ~X32_SYSCALL_BIT}"
            return syscalls.names(machine).get(number, f"syscall-{number}")
    return f"{_FOREIGN_NAMES.get(arch, f'arch-{arch:#x}')}:{number}"


def _prologue(policy: Policy, machine: str) -> list[Insn]:
    code = [
        Insn(BPF_LD_W_ABS, 0, 0, _OFFSET_ARCH),
        Insn(BPF_JMP_JEQ_K, 1, 0, audit_arch(machine)),
        _ret(policy.foreign),
        Insn(BPF_LD_W_ABS, 0, 0, _OFFSET_NR),
    ]
    if machine == "x86_64":
        code += [Insn(BPF_JMP_JGE_K, 0, 1, X32_SYSCALL_BIT), _ret(policy.foreign)]
    return code


def _ranges(policy: Policy, machine: str) -> list[tuple[int, list[Insn]]]:
    """Leaves by the first number they are for, ascending from 0; neighbours differ; the last one has no end."""
    unknown = sorted(set(policy.calls) - syscalls.all_names())
    if unknown:
        raise ValueError(f"policy {policy.name!r} names unknown system calls: {', '.join(unknown)}")
    names = syscalls.names(machine)
    ranges: list[tuple[int, list[Insn]]] = []
    for number in range(max(names) + 2):
        leaf = _leaf(policy.calls.get(names.get(number, ""), policy.default))
        if not ranges or ranges[-1][1] != leaf:
            ranges.append((number, leaf))
    return ranges


def _search(ranges: list[tuple[int, list[Insn]]]) -> list[Insn]:
    """Binary search with the call number in the accumulator; leaves never fall through."""
    if len(ranges) == 1:
        return ranges[0][1]
    middle = len(ranges) // 2
    below, above = _search(ranges[:middle]), _search(ranges[middle:])
    first = ranges[middle][0]
    if len(below) <= _JUMP_MAX:
        return [Insn(BPF_JMP_JGE_K, len(below), 0, first), *below, *above]
    # The conditional offsets are one byte; a far target is reached through an unconditional jump.
    return [Insn(BPF_JMP_JGE_K, 0, 1, first), Insn(BPF_JMP_JA, 0, 0, len(below)), *below, *above]


def _leaf(decision: int | Call) -> list[Insn]:
    if isinstance(decision, int):
        return [_ret(decision)]
    code = [_ret(decision.otherwise)]
    for rule in reversed(decision.rules):
        block = [_ret(rule.action)]
        for match in reversed(rule.matches):
            block = _test(match, miss=len(block)) + block
        code = block + code
    return code


def _test(match: Match, miss: int) -> list[Insn]:
    """Falls through to the next instruction on a hit; on a miss jumps over ``miss`` further instructions."""
    _check(match)
    alternatives = [_equals(match, value) for value in match.values]
    if match.bits == 32:
        # The masked argument is still in the accumulator: the alternatives need only compare.
        alternatives[1:] = [[group[-1:] for group in groups] for groups in alternatives[1:]]
    code: list[Insn] = []
    for place, groups in enumerate(alternatives):
        behind = sum(len(group) for later in alternatives[place + 1 :] for group in later)
        code += _alternative(groups, hit=behind, miss=0 if behind else miss)
    return code


def _check(match: Match) -> None:
    word = _U32 if match.bits == 32 else _U64
    if not 0 <= match.arg < _ARGS or match.bits not in (32, 64) or not match.values:
        raise ValueError(f"bad rule: {match}")
    if any(value & word & ~match.mask for value in match.values):
        raise ValueError(f"a value outside its mask can never match: {match}")


def _equals(match: Match, value: int) -> list[list[Insn]]:
    """The comparisons, all of which must hold, as load-and-mask groups that end in their JEQ with open offsets."""
    words = [(0, _U32)] if match.bits == 32 else [(32, _U32), (0, _U32)]
    groups = []
    for shift, word in words:
        # Both machines are little-endian: the low half of an argument comes first.
        offset = _OFFSET_ARGS + 8 * match.arg + shift // 8
        mask = match.mask >> shift & word
        group = [Insn(BPF_LD_W_ABS, 0, 0, offset)]
        if mask != word:
            group.append(Insn(BPF_ALU_AND_K, 0, 0, mask))
        group.append(Insn(BPF_JMP_JEQ_K, 0, 0, value >> shift & word))
        groups.append(group)
    return groups


def _alternative(groups: list[list[Insn]], hit: int, miss: int) -> list[Insn]:
    """Fill in the offsets: a hit of the last group skips ``hit`` instructions, any miss skips to ``miss``."""
    code: list[Insn] = []
    remaining = sum(len(group) for group in groups)
    for place, group in enumerate(groups):
        remaining -= len(group)
        last = place == len(groups) - 1
        jump = group[-1]._replace(jt=hit if last else 0, jf=remaining + miss)
        if jump.jt > _JUMP_MAX or jump.jf > _JUMP_MAX:
            raise ValueError("a rule compares too many values for one-byte jump offsets")
        code += [*group[:-1], jump]
    return code


def _ret(action: int) -> Insn:
    return Insn(BPF_RET_K, 0, 0, action & _U32)

"""The compiler from policies to BPF, against an independent BPF machine."""

from __future__ import annotations

import bpf_machine
import pytest
from hypothesis import given
from hypothesis import strategies as st

from judge.kernel import syscalls
from judge.kernel.seccomp import (
    ALLOW,
    AUDIT_ARCH_AARCH64,
    AUDIT_ARCH_I386,
    AUDIT_ARCH_X86_64,
    KILL,
    NOTIFY,
    Call,
    Match,
    Policy,
    Rule,
    assemble,
    audit_arch,
    fail,
    syscall_name,
)

MACHINES = ("x86_64", "aarch64")
U32 = 0xFFFF_FFFF
U64 = 0xFFFF_FFFF_FFFF_FFFF
GARBAGE = 0xDEAD_BEEF << 32


def ask(policy: Policy, machine: str, name: str, *args: int) -> int:
    nr = syscalls.numbers(machine)[name]
    return bpf_machine.run(assemble(policy, machine), bpf_machine.seccomp_data(audit_arch(machine), nr, args))


def one_call(*matches: Match, action: int = NOTIFY, otherwise: int = ALLOW) -> Policy:
    return Policy("test", {"read": Call((Rule(matches, action),), otherwise)}, default=fail(38))


@pytest.mark.parametrize("machine", MACHINES)
def test_program_is_one_the_kernel_would_take(machine: str) -> None:
    bpf_machine.check(assemble(Policy("empty", {}, default=ALLOW), machine))
    bpf_machine.check(assemble(one_call(Match(0, (1, 2, 3)), Match(1, (7,), bits=64)), machine))


@pytest.mark.parametrize("machine", MACHINES)
@given(
    actions=st.lists(st.sampled_from([ALLOW, NOTIFY, KILL, fail(1), fail(38), None]), max_size=600),
    default=st.sampled_from([fail(38), KILL]),
)
def test_every_number_gets_the_action_of_its_name(machine: str, actions: list[int | None], default: int) -> None:
    table = syscalls.numbers(machine)
    calls = {name: action for name, action in zip(table, actions, strict=False) if action is not None}
    program = assemble(Policy("ranges", calls, default=default), machine)
    bpf_machine.check(program)
    for number in (*range(600), 0x3FFF_FFFF):
        expected = calls.get(syscalls.names(machine).get(number, ""), default)
        assert bpf_machine.run(program, bpf_machine.seccomp_data(audit_arch(machine), number)) == expected


@pytest.mark.parametrize("machine", MACHINES)
def test_another_architecture_gets_the_foreign_action_whatever_the_number(machine: str) -> None:
    program = assemble(Policy("p", {"read": ALLOW}, default=ALLOW, foreign=KILL), machine)
    others = {AUDIT_ARCH_X86_64, AUDIT_ARCH_AARCH64, AUDIT_ARCH_I386, 0} - {audit_arch(machine)}
    for arch in others:
        for number in (0, 3, 63, 102, 400):
            assert bpf_machine.run(program, bpf_machine.seccomp_data(arch, number)) == KILL


def test_x32_numbers_get_the_foreign_action() -> None:
    program = assemble(Policy("p", {"read": ALLOW}, default=ALLOW, foreign=KILL), "x86_64")
    for number in (0x4000_0000, 0x4000_0001, 0x4000_0208, 0x7FFF_FFFF, 0xFFFF_FFFF):
        assert bpf_machine.run(program, bpf_machine.seccomp_data(AUDIT_ARCH_X86_64, number)) == KILL
    assert bpf_machine.run(program, bpf_machine.seccomp_data(AUDIT_ARCH_X86_64, 0x3FFF_FFFF)) == ALLOW


@given(value=st.integers(0, U64), wanted=st.lists(st.integers(0, U32), min_size=1, max_size=20))
def test_a_32_bit_match_ignores_the_upper_half(value: int, wanted: list[int]) -> None:
    policy = one_call(Match(2, tuple(wanted)))
    expected = NOTIFY if value & U32 in wanted else ALLOW
    assert ask(policy, "x86_64", "read", 0, 0, value) == expected
    assert ask(policy, "x86_64", "read", 0, 0, wanted[-1] | GARBAGE) == NOTIFY


@given(
    wanted=st.lists(st.integers(0, U64), min_size=1, max_size=12),
    other=st.integers(0, U64),
    flip=st.integers(0, 63),
)
def test_a_64_bit_match_compares_both_halves(wanted: list[int], other: int, flip: int) -> None:
    policy = one_call(Match(5, tuple(wanted), bits=64))
    for value in (*wanted, other, wanted[0] ^ (1 << flip)):
        assert ask(policy, "aarch64", "read", 0, 0, 0, 0, 0, value) == (NOTIFY if value in wanted else ALLOW)


@given(value=st.integers(0, U64), mask=st.integers(1, U64), pick=st.integers(0, U64), bits=st.sampled_from([32, 64]))
def test_a_masked_match_looks_at_the_masked_bits_only(value: int, mask: int, pick: int, bits: int) -> None:
    word = U32 if bits == 32 else U64
    wanted = pick & mask & word
    policy = one_call(Match(0, (wanted,), mask=mask, bits=bits))
    assert ask(policy, "x86_64", "read", value) == (NOTIFY if value & mask & word == wanted else ALLOW)


def test_negative_values_are_compared_as_the_kernel_sees_them() -> None:
    assert ask(one_call(Match(0, (-1,))), "x86_64", "read", U32) == NOTIFY
    assert ask(one_call(Match(0, (-1,))), "x86_64", "read", -1) == NOTIFY
    assert ask(one_call(Match(0, (-1,), bits=64)), "x86_64", "read", U32) == ALLOW
    assert ask(one_call(Match(0, (-1,), bits=64)), "x86_64", "read", -1) == NOTIFY


RULES = st.lists(
    st.tuples(
        st.lists(
            st.builds(
                Match,
                arg=st.integers(0, 2),
                values=st.lists(st.integers(0, 3), min_size=1, max_size=3).map(tuple),
                mask=st.sampled_from([U64, 3]),
                bits=st.sampled_from([32, 64]),
            ),
            min_size=1,
            max_size=3,
        ).map(tuple),
        st.sampled_from([ALLOW, NOTIFY, fail(1), fail(22)]),
    ).map(lambda pair: Rule(*pair)),
    max_size=4,
).map(tuple)


@given(rules=RULES, args=st.tuples(*[st.sampled_from([0, 1, 2, 3, 4, GARBAGE, GARBAGE | 1, U64])] * 3))
def test_the_first_rule_whose_matches_all_hold_decides(rules: tuple[Rule, ...], args: tuple[int, ...]) -> None:
    def holds(match: Match) -> bool:
        return args[match.arg] & match.mask & (U32 if match.bits == 32 else U64) in match.values

    expected = next((rule.action for rule in rules if all(map(holds, rule.matches))), KILL)
    policy = Policy("rules", {"write": Call(rules, KILL)}, default=ALLOW)
    bpf_machine.check(assemble(policy, "x86_64"))
    assert ask(policy, "x86_64", "write", *args) == expected


def test_a_call_without_rules_never_loads_an_argument() -> None:
    """Then the kernel can prove it constant and skips the program for it."""
    program = assemble(one_call(Match(3, (1,))), "x86_64")
    for number in range(500):
        _, loaded = bpf_machine.trace(program, bpf_machine.seccomp_data(AUDIT_ARCH_X86_64, number))
        assert loaded <= {0, 4} or number == syscalls.numbers("x86_64")["read"]


def test_far_branches_are_bridged() -> None:
    heavy = Call(tuple(Rule((Match(0, tuple(range(40))),), fail(n)) for n in range(20)), ALLOW)
    policy = Policy("far", dict.fromkeys(("read", "fsync", "statx"), heavy), default=fail(38))
    bpf_machine.check(assemble(policy, "x86_64"))
    for name in ("read", "fsync", "statx"):
        assert ask(policy, "x86_64", name, 39) == fail(0)
        assert ask(policy, "x86_64", name, 40) == ALLOW
    assert ask(policy, "x86_64", "write", 39) == fail(38)


def test_a_call_of_another_machine_is_passed_over_and_an_unknown_one_refused() -> None:
    assemble(Policy("p", {"open": ALLOW}, default=KILL), "aarch64")
    with pytest.raises(ValueError, match="unknown system calls: opne"):
        assemble(Policy("p", {"opne": ALLOW}, default=KILL), "aarch64")


@pytest.mark.parametrize(
    "match",
    [Match(6, (1,)), Match(-1, (1,)), Match(0, ()), Match(0, (1,), bits=16), Match(0, (4,), mask=3)],
    ids=["arg 6", "arg -1", "no value", "16 bits", "value outside mask"],
)
def test_bad_rules_are_refused(match: Match) -> None:
    with pytest.raises(ValueError, match=r"bad rule|never match"):
        assemble(one_call(match), "x86_64")


def test_too_many_values_and_too_long_programs_are_refused() -> None:
    with pytest.raises(ValueError, match="one-byte jump"):
        assemble(one_call(Match(0, tuple(range(300)))), "x86_64")
    heavy = Call(tuple(Rule((Match(0, tuple(range(100))),), fail(n)) for n in range(50)), ALLOW)
    with pytest.raises(ValueError, match="the kernel takes 4096"):
        assemble(Policy("p", {"read": heavy}, default=ALLOW), "x86_64")


def test_unknown_machines_and_errnos_are_refused() -> None:
    with pytest.raises(ValueError, match="riscv64"):
        assemble(Policy("p", {}, default=ALLOW), "riscv64")
    with pytest.raises(ValueError, match="errno"):
        fail(4096)


@pytest.mark.parametrize(
    ("arch", "nr", "name"),
    [
        (AUDIT_ARCH_X86_64, 165, "mount"),
        (AUDIT_ARCH_AARCH64, 40, "mount"),
        (AUDIT_ARCH_X86_64, 5000, "syscall-5000"),
        (AUDIT_ARCH_X86_64, 0x4000_0001, "x32:1"),
        (AUDIT_ARCH_X86_64, -1, "x32:3221225471"),
        (AUDIT_ARCH_I386, 11, "i386:11"),
        (0x4000_0028, 11, "arm:11"),
        (0x8000_0016, 4, "arch-0x80000016:4"),
    ],
)
def test_names_for_people(arch: int, nr: int, name: str) -> None:
    assert syscall_name(arch, nr) == name

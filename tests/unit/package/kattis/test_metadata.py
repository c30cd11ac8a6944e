"""problem.yaml of all formats: what judging needs, and how faults are named."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from judge.errors import PackageError
from judge.model.problem import PackageFormat
from judge.model.units import KIB, MIB, S_NS
from judge.package.findings import Findings
from judge.package.kattis.constants import substitute
from judge.package.kattis.metadata import Metadata, read_metadata


def read(text: str | bytes) -> tuple[Metadata, Findings]:
    findings = Findings()
    data = text if isinstance(text, bytes) else text.encode()
    return read_metadata(data, findings), findings


def modern(extra: str) -> tuple[Metadata, Findings]:
    return read(f"problem_format_version: 2025-09\nname: x\nuuid: 9a3fba5c-5b4f-4f6e-a3f4-6f4b4bd2f9f1\n{extra}")


def messages(findings: Findings, level: str = "error") -> list[str]:
    return [f"{d.file}:{d.line}: {d.key}: {d.message}" for d in findings.diagnostics if d.level == level]


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("legacy", PackageFormat.LEGACY),
        ("legacy-icpc", PackageFormat.LEGACY),
        ("2023-07-draft", PackageFormat.DRAFT_2023_07),
        ("2023-07", PackageFormat.DRAFT_2023_07),
        ("2025-09", PackageFormat.F2025_09),
    ],
)
def test_each_version_is_known(version: str, expected: PackageFormat) -> None:
    metadata, _ = read(f"problem_format_version: {version}\nname: x\n")
    assert metadata.format is expected


def test_no_version_and_no_content_is_legacy() -> None:
    metadata, findings = read("")
    assert metadata.format is PackageFormat.LEGACY
    assert findings.diagnostics == ()


def test_unknown_version_blocks() -> None:
    _, findings = read("name: x\nproblem_format_version: 2031-01\n")
    assert findings.blocking[0].line == 2
    assert findings.blocking[0].key == "problem_format_version"


def test_every_limit_is_converted_to_its_unit() -> None:
    metadata, findings = modern(
        "type: multi-pass\nlimits:\n"
        "  time_limit: 0.5\n  time_resolution: 0.25\n"
        "  time_multipliers: {ac_to_time_limit: 3, time_limit_to_tle: 1.25}\n"
        "  memory: 1\n  output: 2\n  code: 3\n  compilation_time: 4\n  compilation_memory: 5\n"
        "  validation_time: 6\n  validation_memory: 7\n  validation_output: 8\n  validation_passes: 9\n"
    )
    limits = metadata.limits
    assert findings.diagnostics == ()
    assert (limits.time_limit_ns, limits.time_resolution_ns) == (S_NS // 2, S_NS // 4)
    assert (limits.ac_to_time_limit, limits.time_limit_to_tle) == (3.0, 1.25)
    assert (limits.memory_bytes, limits.output_bytes, limits.code_bytes) == (MIB, 2 * MIB, 3 * KIB)
    assert (limits.compilation_time_ns, limits.compilation_memory_bytes) == (4 * S_NS, 5 * MIB)
    assert (limits.validation_time_ns, limits.validation_memory_bytes) == (6 * S_NS, 7 * MIB)
    assert (limits.validation_output_bytes, limits.validation_passes) == (8 * MIB, 9)


def test_legacy_margins_have_their_own_defaults_and_names() -> None:
    assert (read("")[0].limits.ac_to_time_limit, read("")[0].limits.time_limit_to_tle) == (5.0, 2.0)
    given = read("limits: {time_multiplier: 1.5, time_safety_margin: 3}\n")[0].limits
    assert (given.ac_to_time_limit, given.time_limit_to_tle) == (1.5, 3.0)


def test_legacy_validation_words() -> None:
    metadata, findings = read("type: scoring\nvalidation: custom interactive multi-pass score\n")
    assert findings.diagnostics == ()
    assert metadata.custom_validator
    assert metadata.interactive
    assert metadata.multi_pass
    assert metadata.custom_score


def test_legacy_multi_pass_takes_its_number_of_passes() -> None:
    metadata, _ = read("validation: custom multi-pass\nlimits:\n  validation_passes: 5\n")
    assert metadata.limits.validation_passes == 5


def test_validator_flags_are_split_as_a_shell_would() -> None:
    assert read("validator_flags: float_tolerance 1e-6 'two words'\n")[0].validator_flags == (
        "float_tolerance",
        "1e-6",
        "two words",
    )


@pytest.mark.parametrize(
    ("text", "line", "key"),
    [
        ("validation: custum\n", 1, "validation"),
        ("name: x\nvalidation: custom fast\n", 2, "validation"),
        ("type: partial\n", 1, "type"),
        ("limits:\n  memory: lots\n", 2, "limits.memory"),
        ("limits:\n  memory: -1\n", 2, "limits.memory"),
        ("limits:\n  memory: .inf\n", 2, "limits.memory"),
        ("limits: 5\n", 1, "limits"),
        ("- a\n- b\n", 1, ""),
        ("grading: {objective: best}\n", 1, "grading.objective"),
    ],
)
def test_a_wrong_value_blocks_with_its_place(text: str, line: int, key: str) -> None:
    _, findings = read(text)
    assert [(d.file, d.line, d.key) for d in findings.blocking] == [("problem.yaml", line, key)]


@pytest.mark.parametrize(
    "types",
    ["[multi-pass, submit-answer]", "[interactive, submit-answer]", "[nonsense]", "scorin"],
)
def test_types_that_exclude_each_other_block(types: str) -> None:
    assert modern(f"type: {types}\n")[1].blocking


def test_several_modern_types_may_stand_in_one_string() -> None:
    metadata, findings = modern("type: pass-fail interactive\n")
    assert metadata.interactive
    assert [(one.level, one.key) for one in findings.diagnostics if one.key == "type"] == [("warning", "type")]


def test_modern_types_may_be_a_list() -> None:
    metadata, findings = modern("type: [scoring, interactive, multi-pass]\n")
    assert (metadata.scoring, metadata.interactive, metadata.multi_pass, metadata.submit_answer) == (
        True,
        True,
        True,
        False,
    )
    assert findings.diagnostics == ()


def test_unknown_keys_are_errors_now_and_warnings_in_legacy_with_a_hint() -> None:
    assert messages(modern("limit:\n  memory: 5\n")[1]) == [
        "problem.yaml:4: limit: unknown key (did you mean 'limits'?)"
    ]
    assert messages(read("limit: {memory: 5}\n")[1], "warning") == [
        "problem.yaml:1: limit: unknown key (did you mean 'limits'?)"
    ]


def test_legacy_keys_in_a_modern_package_are_used_with_a_warning() -> None:
    metadata, findings = modern("validation: custom interactive\nvalidator_flags: float_tolerance 1e-3\nauthor: me\n")
    assert metadata.interactive
    assert metadata.validator_flags == ("float_tolerance", "1e-3")
    assert messages(findings) == []
    assert [(d.line, d.key) for d in findings.diagnostics] == [(4, "validation"), (5, "validator_flags"), (6, "author")]
    assert [line.split(": ")[1] for line in messages(modern("grading: {objective: min}\n")[1])] == ["grading"]


@pytest.mark.parametrize("types", ["pass-fail interactive multi-pass", "[interactive, multi-pass]"])
def test_newer_types_in_a_legacy_package_are_used_with_a_warning(types: str) -> None:
    metadata, findings = read(f"type: {types}\nlimits: {{validation_passes: 3}}\n")
    assert (metadata.interactive, metadata.multi_pass, metadata.custom_validator) == (True, True, True)
    assert metadata.limits.validation_passes == 3
    assert [(d.level, d.key) for d in findings.diagnostics] == [("warning", "type")]


@pytest.mark.parametrize("reader", [read, modern])
def test_scoring_counts_beside_pass_fail(reader: Callable[[str], tuple[Metadata, Findings]]) -> None:
    metadata, findings = reader("type: [pass-fail, scoring]\n")
    assert metadata.scoring
    assert not findings.blocking
    assert any("scoring counts" in line for line in messages(findings))


def test_a_validation_of_several_parts_is_used_with_a_warning() -> None:
    metadata, findings = read("validation:\n  validator_flags: float_tolerance 1e-4\n")
    assert (metadata.custom_validator, metadata.validator_flags) == (False, ("float_tolerance", "1e-4"))
    assert [(d.level, d.key) for d in findings.diagnostics] == [("warning", "validation")]
    assert read("validation: {interactive: true}\n")[0].interactive
    assert modern("validation: {interactive: true}\n")[0].interactive


def test_the_draft_was_in_flux_so_that_unknown_keys_are_warnings() -> None:
    findings = read(
        "problem_format_version: 2023-07-draft\nname: x\nuuid: 9a3fba5c-5b4f-4f6e-a3f4-6f4b4bd2f9f1\n"
        "colour: red\nlimits: {fast: 1}\n"
    )[1]
    assert messages(findings) == []
    assert [line.split(": ")[1] for line in messages(findings, "warning")] == ["limits.fast", "colour"]


def test_a_missing_uuid_or_name_is_reported() -> None:
    lines = messages(read("problem_format_version: 2025-09\n")[1], "warning")
    assert [line.split(": ")[1] for line in lines] == ["uuid", "name"]


def test_title_prefers_english() -> None:
    assert modern("")[0].title == "x"
    assert read("name: {sv: Summa, en: Sum}\n")[0].title == "Sum"


def test_constants_are_kept_as_written() -> None:
    metadata, findings = modern("constants: {n: 1_000, pi: 3.140, who: me}\n")
    assert metadata.constants == (("n", "1_000"), ("pi", "3.140"), ("who", "me"))
    assert not findings.blocking
    variants, findings = modern("constants: {five: {value: 5, word: five}}\n")
    assert dict(variants.constants) == {"five": "5", "five.value": "5", "five.word": "five"}
    assert substitute(b"{{five}} {{five.word}} {{five.none}}", variants.constants) == b"5 five {{five.none}}"
    assert modern("constants: {five: {word: five}}\n")[1].blocking
    assert modern("constants: {2x: 1}\n")[1].blocking
    assert modern("constants: {x: [1]}\n")[1].blocking


def test_a_key_given_twice_is_an_error_and_the_last_one_counts() -> None:
    metadata, findings = read("name: a\nname: b\n")
    assert metadata.title == "b"
    assert messages(findings) == ["problem.yaml:2: name: given twice (first in line 1); the last one counts"]


def test_merge_keys_lend_what_is_not_given() -> None:
    metadata, findings = read("x: &x {memory: 1, output: 2}\nlimits:\n  <<: *x\n  memory: 3\n")
    assert (metadata.limits.memory_bytes, metadata.limits.output_bytes) == (3 * MIB, 2 * MIB)
    assert [d.key for d in findings.diagnostics] == ["x"]
    assert read("limits:\n  <<: 5\n")[1].blocking


def test_licence_rules() -> None:
    assert "rights_owner" in messages(read("license: cc0\n")[1], "warning")[0]
    assert read("license: cc0\nauthor: me\n")[1].diagnostics == ()
    assert messages(read("license: public domain\nrights_owner: me\n")[1], "warning")
    assert messages(read("license: gpl\n")[1], "warning")


def test_bom_and_carriage_returns_are_read_with_a_warning() -> None:
    metadata, findings = read(b"\xef\xbb\xbfname: x\r\ntype: scoring\r\n")
    assert metadata.scoring
    assert [d.message for d in findings.diagnostics] == [
        "begins with a byte-order mark",
        "has Windows line endings (CR LF)",
    ]


@pytest.mark.parametrize(
    ("data", "where"),
    [
        (b"name: [unclosed\n", "problem.yaml:2"),
        (b"name: ok\nauthor: \xff\xfe\n", "problem.yaml:2"),
        (b"a: &a [*a]\n", "problem.yaml"),
        (b"[" * 100_000, "problem.yaml"),
        (b"x: y: z\n", "problem.yaml:1"),
        (b"name: \x00\n", "problem.yaml"),
        (b"a" * (2 << 20), "problem.yaml"),
    ],
)
def test_what_is_no_yaml_is_one_error_with_a_place(data: bytes, where: str) -> None:
    with pytest.raises(PackageError) as caught:
        read(data)
    assert caught.value.where.startswith(where)


def test_an_alias_bomb_is_refused_quickly() -> None:
    bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 12)
    )
    with pytest.raises(PackageError, match="too many"):
        read(bomb)


def test_many_unknown_keys_are_told_and_then_counted() -> None:
    _, findings = modern("".join(f"odd_{number}: 1\n" for number in range(60)))
    told = [one.message for one in findings.diagnostics if one.message.startswith("unknown key")]
    assert len(told) == 51
    assert told[-1] == "unknown key, as are 9 more"


@pytest.mark.parametrize("text", ["x: " + "[" * 5000, "".join(f"a{n}: 1\n" for n in range(60_000))])
def test_a_document_ends_at_the_first_value_too_many(text: str) -> None:
    with pytest.raises(PackageError, match=r"problem.yaml:\d+: too many or too deeply nested values"):
        read(text)

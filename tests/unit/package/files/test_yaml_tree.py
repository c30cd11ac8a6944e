"""Configuration files of any content are read within bounds, and so are all of a package together."""

from __future__ import annotations

import time

import pytest

from judge.errors import PackageError
from judge.package.files.yaml_tree import YAML_BYTES_MAX, YamlSequence, parse_yaml
from judge.package.findings import YAML_BYTES_TOTAL_MAX, YAML_NODES_TOTAL_MAX, Findings

#: Far above what it takes (0.3 s), far below what a number in base 60 takes (a minute).
_CPU_S_MAX = 10.0


@pytest.mark.parametrize("scalar", [b"1:", b"1", b"0x1", b"1_", b"x ", b"!", b'"\\n'])
def test_the_longest_scalar_is_read_in_no_time(scalar: bytes) -> None:
    before = time.process_time()
    data = (b"- " + scalar * YAML_BYTES_MAX)[:YAML_BYTES_MAX]
    try:
        parse_yaml(data, "problem.yaml", Findings())
    except PackageError as error:
        assert error.where.startswith("problem.yaml")
    assert time.process_time() - before < _CPU_S_MAX


def test_a_long_number_is_text() -> None:
    node = parse_yaml(b"- 1:30\n- " + b"1:" * 300 + b"1\n", "problem.yaml", Findings())
    assert isinstance(node, YamlSequence)
    assert [getattr(item, "value", None) for item in node.items] == [90, "1:" * 300 + "1"]


def test_values_of_all_files_of_a_package_are_counted_together() -> None:
    findings = Findings()
    each = 40_000
    for _ in range(YAML_NODES_TOTAL_MAX // each - 1):
        parse_yaml(b"[" + b"a," * each + b"]", "data/secret/1.yaml", findings)
    with pytest.raises(PackageError, match=r"more than 200000 values") as raised:
        parse_yaml(b"[" + b"a," * each + b"]", "data/secret/2.yaml", findings)
    assert raised.value.where == "data/secret/2.yaml"
    parse_yaml(b"[" + b"a," * each + b"]", "problem.yaml", Findings())


def test_bytes_of_all_files_of_a_package_are_counted_together() -> None:
    findings = Findings()
    blank = b" " * YAML_BYTES_MAX
    for _ in range(YAML_BYTES_TOTAL_MAX // YAML_BYTES_MAX):
        parse_yaml(blank, "a.yaml", findings)
    with pytest.raises(PackageError, match=r"more than 4194304 bytes"):
        parse_yaml(b" ", "b.yaml", findings)
    parse_yaml(b" ", "b.yaml", Findings())

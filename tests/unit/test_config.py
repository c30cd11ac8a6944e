"""Settings: where they come from, and that a bad one is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from judge.config import Settings, load_settings
from judge.errors import UsageError


def test_the_environment_wins_over_the_file(tmp_path: Path):
    file = tmp_path / "judge.toml"
    file.write_text('slots = 3\nnamespace = "contest"\ntags = ["gpu"]\n')
    found = load_settings({"JUDGE_CONFIG": str(file), "JUDGE_SLOTS": "5", "JUDGE_TAGS": "a, b"})
    assert (found.slots, found.namespace, found.tags) == (5, "contest", ("a", "b"))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("slots", "-1"),
        ("slots", "many"),
        ("metrics_port", "70000"),
        ("namespace", "a b"),
        ("redis_fsync", "sometimes"),
        ("lease_ms", "0"),
        ("attempts_max", "0"),
        ("queue_max", "-5"),
        ("ticket_broker", "redis://localhost"),
        ("near_limit_share", "2"),
        ("class_weights", '{"contest": 0}'),
        ("class_cpu_weights", '{"contest": 10001}'),
    ],
)
def test_a_bad_variable_is_named(field: str, value: str):
    with pytest.raises(UsageError, match=f"environment variable JUDGE_{field.upper()}: "):
        load_settings({f"JUDGE_{field.upper()}": value})


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("slots = -1", r"\$\.slots"),
        ("slotz = 1", "slotz"),
        ("slots = ", "line 1"),
        ('broker = "\\ud800"', "judge.toml"),
    ],
)
def test_a_bad_file_is_named_and_so_is_the_field(tmp_path: Path, line: str, named: str):
    file = tmp_path / "judge.toml"
    file.write_text(line + "\n")
    with pytest.raises(UsageError, match=named) as caught:
        load_settings({"JUDGE_CONFIG": str(file)})
    assert str(file) in str(caught.value)


def test_a_lease_outlives_some_heartbeats():
    with pytest.raises(UsageError, match=r"lease_ms \(600\): at least 3 times tick_ms \(250\)"):
        load_settings({"JUDGE_LEASE_MS": "600"})


def test_an_unknown_class_is_refused():
    with pytest.raises(UsageError, match="preempting_class: 'urgent' is not one of contest"):
        load_settings({"JUDGE_PREEMPTING_CLASS": "urgent"})
    assert load_settings({"JUDGE_PREEMPTING_CLASS": ""}).preempting_class == ""


def test_the_defaults_are_valid(tmp_path: Path):
    (tmp_path / "empty.toml").touch()
    assert load_settings({"JUDGE_CONFIG": str(tmp_path / "empty.toml")}) == Settings()

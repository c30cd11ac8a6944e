"""Settings: where they come from, and that a bad one is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from judge.cli.config import rows_of, settings_page
from judge.cli.main import main
from judge.config import SECTIONS, Settings, load_settings, read_settings
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


@pytest.mark.parametrize(
    ("variable", "words"),
    [
        ("JUDGE_SLOT", "did you mean JUDGE_SLOTS?"),
        ("JUDGE_METRIC_PORT", "did you mean JUDGE_METRICS_PORT?"),
        ("JUDGE_LANGUAGE_DIR", "did you mean JUDGE_LANGUAGES_DIR?"),
        ("JUDGE_XYZZY", "no such setting; judge config"),
        ("JUDGE_slots", "no such setting"),
    ],
)
def test_an_unknown_variable_is_refused_with_the_near_one(variable: str, words: str):
    with pytest.raises(UsageError, match=f"environment variable {variable}: no such setting") as caught:
        load_settings({variable: "3"})
    assert words in str(caught.value)


def test_variables_of_others_that_look_like_ours_are_left_alone():
    others = {
        "JUDGE_TEST_PATIENCE": "3",
        "JUDGE_REDIS_SERVICE_HOST": "10.0.0.1",
        "JUDGE_REDIS_SERVICE_PORT_METRICS": "1",
        "JUDGE_PORT": "tcp://10.0.0.1:6379",
        "JUDGE_REDIS_PORT_6379_TCP_ADDR": "10.0.0.1",
    }
    assert load_settings(others) == load_settings({})


def test_an_unknown_key_of_the_file_is_named_with_the_near_one(tmp_path: Path):
    file = tmp_path / "judge.toml"
    file.write_text("slot = 1\n")
    with pytest.raises(UsageError, match=r"no setting 'slot'; did you mean slots\?"):
        load_settings({"JUDGE_CONFIG": str(file)})


@pytest.mark.parametrize("name", ["languages_dir", "cgroup_root", "debian_keyring", "broker_password_file"])
def test_what_is_not_there_is_named_with_where_it_was_read(tmp_path: Path, name: str):
    missing = str(tmp_path / "nowhere")
    with pytest.raises(UsageError, match=rf"{name} \(environment variable JUDGE_{name.upper()}\): .* {missing}$"):
        load_settings({f"JUDGE_{name.upper()}": missing})
    file = tmp_path / "judge.toml"
    file.write_text(f'{name} = "{missing}"\n')
    with pytest.raises(UsageError, match=rf"{name} \(file {file}\)"):
        load_settings({"JUDGE_CONFIG": str(file)})


def test_each_setting_says_where_it_comes_from(tmp_path: Path):
    file = tmp_path / "judge.toml"
    file.write_text('slots = 3\nbroker = "redis://u:secret@h:1/0"\n')
    found = {row.name: row for row in rows_of(read_settings({"JUDGE_CONFIG": str(file), "JUDGE_SLOTS": "5"}))}
    assert (found["slots"].value, found["slots"].source) == (5, "environment variable JUDGE_SLOTS")
    assert (found["broker"].value, found["broker"].source) == ("redis://u:***@h:1/0", f"file {file}")
    assert found["tick_ms"].source == "default"


def test_the_config_command_prints_every_setting(capsys: pytest.CaptureFixture[str]):
    assert main(["config", "--defaults", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in rows] == list(Settings.__struct_fields__)


def test_the_page_of_settings_is_what_the_type_says():
    page = Path(__file__).resolve().parents[2] / "docs" / "reference" / "settings.md"
    assert all(row.description for row in rows_of(read_settings({})))
    assert set(SECTIONS) <= set(Settings.__struct_fields__)
    assert page.read_text() == settings_page(), (
        "run: python -c 'from judge.cli.config import settings_page; print(settings_page(), end=str())' "
        "> docs/reference/settings.md"
    )

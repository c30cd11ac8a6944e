"""Settings: where they come from, and that a bad one is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from judge.cli.config import rows_of
from judge.cli.main import main
from judge.config import Settings, inherited_settings, load_settings, read_settings
from judge.config.known import all_settings, section_names, section_title
from judge.config.reference import markdown, toml_text
from judge.errors import UsageError


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "judge.toml"
    file.write_text('[worker]\nslots = 3\ntags = ["gpu"]\n[broker]\nnamespace = "contest"\n')
    found = load_settings({"JUDGE_CONFIG": str(file), "JUDGE_SLOTS": "5", "JUDGE_TAGS": "a, b"})
    assert (found.worker.slots, found.broker.namespace, found.worker.tags) == (5, "contest", ("a", "b"))


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
def test_a_bad_variable_is_named(field: str, value: str) -> None:
    with pytest.raises(UsageError, match=f"environment variable JUDGE_{field.upper()}: "):
        load_settings({f"JUDGE_{field.upper()}": value})


@pytest.mark.parametrize(("written", "meant"), [("true", "yes"), ("false", "no"), ("yes", "yes"), ("auto", "auto")])
def test_yes_and_no_are_read_as_yaml_and_toml_write_them(tmp_path: Path, written: str, meant: str) -> None:
    """A chart's values make ``true`` of a ``yes`` without quotes."""
    assert load_settings({"JUDGE_JUDGE0_ENABLED": written}).judge0.enabled == meant
    if written in ("true", "false"):
        path = tmp_path / "judge.toml"
        path.write_text(f"[judge0]\nenabled = {written}\n")
        assert load_settings({"JUDGE_CONFIG": str(path)}).judge0.enabled == meant


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("[worker]\nslots = -1", r"\$\.worker\.slots"),
        ("slots = -1", r"\$\.worker\.slots"),
        ("slotz = 1", "slotz"),
        ("[worker]\nslotz = 1", r"no setting 'worker\.slotz'; did you mean worker\.slots\?"),
        ("[queue]\nslots = 1", r"no setting 'queue\.slots'; did you mean worker\.slots\?"),
        ("worker = 1", "no setting 'worker'"),
        ("slots = ", "line 1"),
        ('broker = "\\ud800"', "judge.toml"),
    ],
)
def test_a_bad_file_is_named_and_so_is_the_field(tmp_path: Path, line: str, named: str) -> None:
    file = tmp_path / "judge.toml"
    file.write_text(line + "\n")
    with pytest.raises(UsageError, match=named) as caught:
        load_settings({"JUDGE_CONFIG": str(file)})
    assert str(file) in str(caught.value)


def test_a_lease_outlives_some_heartbeats() -> None:
    with pytest.raises(UsageError, match=r"lease_ms \(600\): at least 3 times tick_ms \(250\)"):
        load_settings({"JUDGE_LEASE_MS": "600"})


def test_an_unknown_class_is_refused() -> None:
    with pytest.raises(UsageError, match="preempting_class: 'urgent' is not one of contest"):
        load_settings({"JUDGE_PREEMPTING_CLASS": "urgent"})
    assert load_settings({"JUDGE_PREEMPTING_CLASS": ""}).queue.preempting_class == ""


def test_the_defaults_are_valid(tmp_path: Path) -> None:
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
def test_an_unknown_variable_is_refused_with_the_near_one(variable: str, words: str) -> None:
    with pytest.raises(UsageError, match=f"environment variable {variable}: no such setting") as caught:
        load_settings({variable: "3"})
    assert words in str(caught.value)


def test_variables_of_others_that_look_like_ours_are_left_alone() -> None:
    others = {
        "JUDGE_TEST_PATIENCE": "3",
        "JUDGE_TESTS_STRICT": "1",
        "JUDGE_REDIS_SERVICE_HOST": "10.0.0.1",
        "JUDGE_REDIS_SERVICE_PORT_METRICS": "1",
        "JUDGE_PORT": "tcp://10.0.0.1:6379",
        "JUDGE_GATEWAY_PORT": "tcp://10.0.0.1:8090",
        "JUDGE_REDIS_PORT_6379_TCP_ADDR": "10.0.0.1",
    }
    assert load_settings(others) == load_settings({})


def test_an_unknown_key_of_the_file_is_named_with_the_near_one(tmp_path: Path) -> None:
    file = tmp_path / "judge.toml"
    file.write_text("slot = 1\n")
    with pytest.raises(UsageError, match=r"no setting 'slot'; did you mean worker.slots\?"):
        load_settings({"JUDGE_CONFIG": str(file)})


@pytest.mark.parametrize(
    ("section", "field", "variable"),
    [
        ("worker", "languages_dir", "JUDGE_LANGUAGES_DIR"),
        ("sandbox", "cgroup_root", "JUDGE_CGROUP_ROOT"),
        ("layers", "debian_keyring", "JUDGE_DEBIAN_KEYRING"),
        ("broker", "password_file", "JUDGE_BROKER_PASSWORD_FILE"),
    ],
)
def test_what_is_not_there_is_named_with_where_it_was_read(
    tmp_path: Path, section: str, field: str, variable: str
) -> None:
    missing = str(tmp_path / "nowhere")
    with pytest.raises(UsageError, match=rf"{section}\.{field} \(environment variable {variable}\): .* {missing}$"):
        load_settings({variable: missing})
    file = tmp_path / "judge.toml"
    file.write_text(f'[{section}]\n{field} = "{missing}"\n')
    with pytest.raises(UsageError, match=rf"{section}\.{field} \(file {file}\)"):
        load_settings({"JUDGE_CONFIG": str(file)})


def test_a_file_without_sections_is_read_and_the_new_places_are_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "judge.toml"
    file.write_text('state_dir = "/srv/j"\nbroker = "redis://h:1/0"\nqueue_max = 7\nclass_weights = { run = 2 }\n')
    found = load_settings({"JUDGE_CONFIG": str(file)})
    assert (found.state_dir, found.broker.address, found.queue.max) == ("/srv/j", "redis://h:1/0", 7)
    assert found.queue.class_weights == {"run": 2}
    assert caplog.messages == [
        f"settings file {file}: broker is now address in the section [broker]",
        f"settings file {file}: class_weights is now class_weights in the section [queue]",
        f"settings file {file}: queue_max is now max in the section [queue]",
    ]


def test_every_setting_has_an_old_place_that_is_still_read(tmp_path: Path) -> None:
    file = tmp_path / "judge.toml"
    lines = {setting.old_name: toml_text(setting.value_in(Settings())) for setting in all_settings()}
    file.write_text("".join(f"{name} = {text}\n" for name, text in lines.items()))
    assert read_settings({"JUDGE_CONFIG": str(file)}).settings == Settings()


def test_a_setting_at_both_of_its_places_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "judge.toml"
    file.write_text("queue_max = 7\n[queue]\nmax = 8\n")
    with pytest.raises(UsageError, match=r"queue_max and max of \[queue\] are the same setting: leave one out"):
        load_settings({"JUDGE_CONFIG": str(file)})


def test_only_the_process_that_was_started_by_hand_warns(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "judge.toml"
    file.write_text("slots = 3\n")
    monkeypatch.setenv("JUDGE_CONFIG", str(file))
    assert inherited_settings().worker.slots == 3
    assert not caplog.messages


def test_each_setting_says_where_it_comes_from(tmp_path: Path) -> None:
    file = tmp_path / "judge.toml"
    file.write_text('[worker]\nslots = 3\n[broker]\naddress = "redis://u:secret@h:1/0"\n')
    found = {row.name: row for row in rows_of(read_settings({"JUDGE_CONFIG": str(file), "JUDGE_SLOTS": "5"}))}
    assert (found["slots"].value, found["slots"].source) == (5, "environment variable JUDGE_SLOTS")
    assert (found["broker"].value, found["broker"].source) == ("redis://u:***@h:1/0", f"file {file}")
    assert found["tick_ms"].source == "default"


def test_the_config_command_prints_every_setting(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "--defaults", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in rows] == [setting.old_name for setting in all_settings()]


def test_the_page_of_settings_is_what_the_types_say() -> None:
    page = Path(__file__).resolve().parents[3] / "docs" / "reference" / "settings.md"
    assert all(setting.description for setting in all_settings())
    assert all(section_title(name) for name in section_names())
    assert page.read_text() == markdown(), (
        "run: python -c 'from judge.config.reference import markdown; print(markdown(), end=str())' "
        "> docs/reference/settings.md"
    )


def test_no_two_settings_share_a_variable_or_a_place() -> None:
    assert len({setting.variable for setting in all_settings()}) == len(all_settings())
    assert len({setting.place for setting in all_settings()}) == len(all_settings())

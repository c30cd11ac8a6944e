"""What is deployed names only settings that exist, and the VM test's breakages still find what they break."""

from __future__ import annotations

import hashlib
import lzma
import re
import runpy
from pathlib import Path

import pytest
import yaml

from judge.config import Settings
from judge.config.known import all_settings
from judge.toolchain.definitions import Languages

ROOT = Path(__file__).parents[3]
DEPLOY = ROOT / "deploy"
SETTINGS = {setting.variable for setting in all_settings()} | {"JUDGE_CONFIG"}
UNITS = sorted((DEPLOY / "systemd").rglob("*.*"))
TEXTS = [
    *(path for path in UNITS if path.is_file()),
    *(DEPLOY / "compose").iterdir(),
    *(path for path in (DEPLOY / "helm" / "judge").rglob("*") if path.is_file()),
]


@pytest.mark.parametrize("path", [*TEXTS, ROOT / "docs/howto/install.md"], ids=lambda path: path.name)
def test_settings_that_are_named_exist(path: Path) -> None:
    named = set(re.findall(r"\bJUDGE_[A-Z][A-Z_]*[A-Z]\b", path.read_text()))
    assert named <= SETTINGS


@pytest.mark.parametrize("kind", ["user", "system"])
def test_a_drain_fits_into_the_time_to_stop(kind: str) -> None:
    text = (DEPLOY / "systemd" / kind / "judge-worker@.service").read_text()
    found = re.search(r"^TimeoutStopSec=(\d+)$", text, re.MULTILINE)
    assert found
    assert int(found[1]) > Settings().worker.drain_max_s + 10


@pytest.mark.parametrize("kind", ["user", "system"])
def test_workers_are_delegated_and_keep_what_newuidmap_needs(kind: str) -> None:
    text = (DEPLOY / "systemd" / kind / "judge-worker@.service").read_text()
    settings = [line for line in text.splitlines() if not line.startswith("#")]
    assert "Delegate=yes" in settings
    assert "KillMode=mixed" in settings
    for hostile in ("NoNewPrivileges", "PrivateUsers", "SystemCallFilter", "ProtectKernelTunables", "Nice"):
        assert not any(line.startswith(f"{hostile}=") for line in settings)


@pytest.mark.parametrize("name", ["compose/compose.yaml", "helm/judge/values.yaml"])
def test_manifests_give_a_drain_its_time(name: str) -> None:
    text = (DEPLOY / name).read_text()
    assert all(isinstance(document, dict) for document in yaml.safe_load_all(text))
    found = re.search(r"(?:stop_grace_period|terminationGracePeriodSeconds): (\d+)", text)
    assert found
    assert int(found[1]) > Settings().worker.drain_max_s + 10


def test_breakages_find_what_they_break() -> None:
    breakages = runpy.run_path(str(ROOT / "tests/vm/breakage.py"))["BREAKAGES"]
    for name, (file, written, _) in breakages.items():
        assert written in (ROOT / file).read_text(), name


def test_the_archive_of_the_virtual_machine_has_the_packages_of_its_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(DEPLOY / "vm"))
    monkeypatch.syspath_prepend(str(ROOT / "tests/vm"))
    language = Languages.open().get(runpy.run_path(str(ROOT / "tests/vm/layers.py"))["LANGUAGE"])
    assert set(language.packages["debian"]) <= set(runpy.run_path(str(DEPLOY / "vm/archive.py"))["PACKAGES"])


def test_a_package_is_packed_anew_without_compression(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(DEPLOY / "vm"))
    archive = runpy.run_path(str(DEPLOY / "vm/archive.py"))
    members = [("debian-binary", b"2.0\n"), ("control.tar.xz", lzma.compress(b"odd")), ("data.tar", b"plain")]
    deb = tmp_path / "tool_1_all.deb"
    deb.write_bytes(b"!<arch>\n" + b"".join(archive["ar_member"](name, content) for name, content in members))
    words = archive["_repack"](deb)
    content = deb.read_bytes()
    expected = [("debian-binary", b"2.0\n"), ("control.tar", b"odd"), ("data.tar", b"plain")]
    assert list(archive["ar_members"](content)) == expected
    digest = hashlib.sha256(content).hexdigest()
    assert words == f"\nFilename: pool/tool_1_all.deb\nSize: {len(content)}\nSHA256: {digest}"


def test_the_unit_of_a_plain_user_leaves_the_slot_numbers_of_root_alone() -> None:
    """systemd chowns all of a RuntimeDirectory to the unit's user: root would then refuse its own /run/judge/slots."""
    text = (DEPLOY / "systemd/system/judge-worker@.service").read_text()
    found = re.search(r"^RuntimeDirectory=(.+)$", text, re.MULTILINE)
    assert found
    assert found[1] != "judge"
    assert f"\nEnvironment=XDG_RUNTIME_DIR=/run/{found[1]}\n" in text


@pytest.mark.parametrize(
    ("failing", "ending", "noticed"),
    [
        ({"cgroup v2 tests"}, "done", True),
        (set(), "done", False),
        ({"cgroup v2 tests"}, "lost", False),
        ({"install broken memory"}, "done", False),
        ({"cgroup v2 tests", "install"}, "done", False),
    ],
)
def test_a_broken_limit_is_noticed_only_by_tests(failing: set[str], ending: str, noticed: bool) -> None:
    summary = runpy.run_path(str(DEPLOY / "vm/summary.py"))
    names = ("install", "install broken memory", "cgroup v2 tests")
    steps = [summary["Step"](name, name not in failing, 1.0, "") for name in names]
    assert summary["outcome_of"]("full", steps, ending, ()).noticed is noticed

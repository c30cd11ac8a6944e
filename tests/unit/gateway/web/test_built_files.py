"""Editor and terminal as they are checked in are what their manifest says, made of the sources that are here."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[4]
BUILT = ROOT / "judge" / "gateway" / "web" / "built"
SOURCES = ROOT / "deploy" / "web"
MANIFEST = json.loads((BUILT / "manifest.json").read_text())


def _digests(folder: Path) -> dict[str, str]:
    found = {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}
    return {
        name: hashlib.sha256(path.read_bytes()).hexdigest()
        for name, path in found.items()
        if not name.startswith("node_modules/")
    }


def test_what_is_built_is_what_the_manifest_says() -> None:
    digests = _digests(BUILT)
    del digests["manifest.json"]
    assert digests == {name: file["sha256"] for name, file in MANIFEST["files"].items()}


def test_it_was_built_from_these_sources() -> None:
    assert _digests(SOURCES) == MANIFEST["sources"], "run `make web`"


def test_every_package_in_it_has_a_licence_that_lets_us_give_it_on() -> None:
    licences = (BUILT / "LICENCES.txt").read_text()
    for name, package in MANIFEST["packages"].items():
        assert package["license"] in ("MIT", "ISC", "BSD-3-Clause"), name
        assert f"{name} {package['version']} ({package['license']})" in licences


@pytest.mark.parametrize("name", ["package.json", "package-lock.json"])
def test_no_registry_is_written_down(name: str) -> None:
    text = (SOURCES / name).read_text()
    assert "resolved" not in text
    assert "http://" not in text

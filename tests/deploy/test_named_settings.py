"""What is deployed names only settings that exist, and the image is made of all that the project is made of."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml

from judge.config.known import all_settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
_FILES = sorted(
    path for name in ("compose", "helm", "proxy", "systemd") for path in (DEPLOY / name).rglob("*") if path.is_file()
)


@pytest.mark.parametrize("path", _FILES, ids=lambda path: str(path.relative_to(DEPLOY)))
def test_a_deployed_file_names_only_settings_that_exist(path: Path) -> None:
    named = set(re.findall(r"\bJUDGE_[A-Z0-9_]*[A-Z0-9]\b", path.read_text()))
    assert named <= {setting.variable for setting in all_settings()}


def test_the_gateway_of_compose_has_the_settings_of_the_worker_and_more() -> None:
    services = yaml.safe_load((DEPLOY / "compose" / "compose.yaml").read_text())["services"]
    assert set(services) == {"redis", "worker", "gateway"}
    assert services["gateway"]["environment"].items() > services["worker"]["environment"].items()


def test_the_image_is_given_all_that_a_wheel_is_made_of() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = {path.partition("/")[0] for path in (*wheel["packages"], *wheel["force-include"])}
    needed |= {"pyproject.toml", project["project"]["readme"], *project["project"]["license-files"]}
    let_through = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert needed <= let_through

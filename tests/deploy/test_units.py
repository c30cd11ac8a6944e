"""The unit files as systemd reads them. That they do what they say is shown in the virtual machine."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import needs
import pytest

SYSTEMD = Path(__file__).parents[2] / "deploy" / "systemd"


@pytest.mark.parametrize("manager", ["system", "user"])
def test_systemd_understands_every_line(manager: str, tmp_path: Path) -> None:
    needs.tool("systemd-analyze")
    units = []
    for path in sorted((SYSTEMD / manager).glob("*.*")):
        if path.is_file():
            name = path.name.replace("@.", "@main.")
            text = re.sub(r"^(Exec\w+=)\S+", r"\1/bin/true", path.read_text(), flags=re.MULTILINE)
            (tmp_path / name).write_text(text)
            units.append(name)
    assert "judge-gateway.service" in units
    command = ["systemd-analyze", f"--{manager}", "verify", "--man=no", *units]
    environment = {"SYSTEMD_UNIT_PATH": f"{tmp_path}:", "XDG_RUNTIME_DIR": str(tmp_path), "HOME": str(tmp_path)}
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=tmp_path, env=environment)
    ours = [line for line in done.stderr.splitlines() if "judge" in line]
    assert (done.returncode, ours) == (0, [])


def test_a_gateway_has_nothing_that_it_does_not_need(tmp_path: Path) -> None:
    """Open to what comes over the network: that is nearly all that is left of systemd's score (10 = no walls)."""
    needs.tool("systemd-analyze")
    shutil.copy(SYSTEMD / "system" / "judge-gateway.service", tmp_path)
    command = ["systemd-analyze", "security", "--offline=true", "--threshold=15", "judge-gateway.service"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stdout

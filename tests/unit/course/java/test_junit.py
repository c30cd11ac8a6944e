"""JUnit is looked for where Java runs, and its absence is told with what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from judge.course.java.junit import junit_jars
from judge.errors import PackageError
from judge.sandbox.spec import OverlayMount, Rootfs


def test_a_root_without_junit_is_told_with_the_remedy(tmp_path: Path) -> None:
    root = Rootfs(mounts=(OverlayMount(target="/", lowers=(str(tmp_path),)),))
    with pytest.raises(PackageError, match="apt-get install junit5") as caught:
        junit_jars(root, "assignment.yaml:9: account")
    assert caught.value.where == "assignment.yaml:9: account"

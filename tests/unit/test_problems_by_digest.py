"""A worker reads packages of every format by digest, also those that an importer must unpack."""

from __future__ import annotations

from pathlib import Path

import pytest

from judge.config import Settings
from judge.depot import PackageStore
from workers.problems import Problems

GOLDEN = Path(__file__).parents[1] / "golden" / "packages"


@pytest.mark.parametrize("name", ["dmoj-batches", "polygon-plain", "legacy-groups"])
def test_a_package_of_any_format_is_fetched_by_digest(name, tmp_path):
    store = tmp_path / "store"
    digest = PackageStore(str(store)).publish(GOLDEN / name)
    problems = Problems(Settings(state_dir=str(tmp_path / "state"), package_store=str(store)))

    with problems.open(digest) as problem:
        cases = [case for group in problem.root.groups for case in group.cases]
        nested = [case for group in problem.root.groups for one in group.groups for case in one.cases]
        assert all(Path(case.input_path).is_file() for case in (*cases, *nested))
        assert cases or nested

"""Becoming the supervisor."""

from __future__ import annotations

import argparse
import os

import pytest

from judge.cli.service import become_supervisor


def test_no_module_of_the_current_directory_is_taken_for_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, str] = {}
    monkeypatch.setattr(os, "execve", lambda path, words, environ: given.update(environ))
    become_supervisor(argparse.Namespace(), embedded=False)
    assert given["PYTHONSAFEPATH"] == "1"

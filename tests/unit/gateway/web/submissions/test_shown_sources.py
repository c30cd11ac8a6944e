"""The page of a submission shows a bounded part of its sources, however many files there are."""

from __future__ import annotations

from judge.gateway.web.submissions.one import shown_sources
from judge.http_form.data import OutputForm
from judge.http_form.judgings import ProgramForm, SourceForm


def program(*texts: str) -> ProgramForm:
    files = (SourceForm(name=f"{number}.py", content=OutputForm(text=text)) for number, text in enumerate(texts))
    return ProgramForm(language="python3", sources=tuple(files))


def test_a_usual_program_is_shown_whole() -> None:
    first, second = shown_sources(program("a\nb\n", "c"), "py")
    assert (first.lines, first.cut, second.lines, second.cut) == (["a", "b"], False, ["c"], False)


def test_all_files_together_have_so_many_letters() -> None:
    shown = shown_sources(program(*["\x01" * 100_000] * 64, ""), "py")
    assert [one.cut for one in shown] == [False] * 4 + [True] * 60 + [False]
    assert sum(len(line) for one in shown for line in one.lines) == 400_000 * len("\\x01")


def test_all_files_together_have_so_many_lines() -> None:
    shown = shown_sources(program(*["a\n" * 4000] * 3, ""), "py")
    assert [len(one.lines) for one in shown] == [4000, 1000, 0, 0]
    assert [one.cut for one in shown] == [False, True, True, False]

"""Ranges of versions in work become the versions that are offered, wherever work names a language."""

from __future__ import annotations

import pytest

from judge.client import Sending, work_of
from judge.client.versions import exact_work, work_as_before
from judge.errors import LanguageError
from judge.model.work import Command, CommandGroup, Task
from judge.queue.values import LanguageCard

CARDS = (LanguageCard(id="toy", name="Toy", exact=("1.4.2", "2.0.9")),)


class Offering:
    """A queue that says what is offered, and how often it was asked."""

    asked = 0

    def run(self, _: object) -> tuple[LanguageCard, ...]:
        """The languages."""
        self.asked += 1
        return CARDS


def sent(task: Task, language: str = "") -> tuple[str, Task, int]:
    """As what it goes to the queue, and how often that was asked."""
    queue = Offering()
    work = exact_work(queue, work_of(task, Sending(language=language)))  # type: ignore[arg-type]
    return work.header.language, work.task, queue.asked


def group(*languages: str) -> CommandGroup:
    """A group of one command in each language."""
    return CommandGroup(commands=tuple(Command(argv=("/bin/true",), language=one) for one in languages))


def test_commands_of_a_group_get_each_their_version() -> None:
    header, task, _ = sent(group("toy@>=1.0 <2", "", "toy@2", "toy"), "toy@1")
    assert header == "toy@1.4.2"
    assert task == group("toy@1.4.2", "", "toy@2.0.9", "toy")


@pytest.mark.parametrize("language", ["toy@numpy", "toy@3", "toy@"])
def test_what_is_not_offered_is_refused_with_what_is(language: str) -> None:
    with pytest.raises(LanguageError, match=r"no worker offers version .* of toy; there are: 1\.4\.2, 2\.0\.9"):
        sent(group(), language)


def test_without_a_version_nobody_is_asked() -> None:
    assert sent(group("toy", ""), "toy") == ("toy", group("toy", ""), 0)


@pytest.mark.parametrize(
    ("said", "before", "means"),
    [
        ("toy@>=1.0", "toy@1.4.2", "toy@1.4.2"),  # 2.0.9 came since
        ("toy@>=1.0", "toy@1.0.0", "toy@1.0.0"),  # it is not offered any more
        ("toy@>=2", "toy@1.4.2", None),
        ("toy@>=1.0", "", None),
        ("toy@>=1.0", "other@1.4.2", None),
    ],
)
def test_a_range_means_what_it_meant_when_the_same_work_came_before(said: str, before: str, means: str | None) -> None:
    work = work_of(group(said), Sending(language=said))
    found = work_as_before(work, CARDS, before)
    expected = None if means is None else (means, group(means))
    assert expected == (None if found is None else (found.header.language, found.task))

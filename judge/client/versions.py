"""What a client does with ranges of versions before it hands work in: the queue knows exact names only."""

from __future__ import annotations

import msgspec

from judge.errors import LanguageError
from judge.model.submission import Submission
from judge.model.work import Command, CommandGroup, Work
from judge.queue import calls
from judge.queue.language_versions import exact_language
from judge.queue.redis_queue import AsyncQueue, Queue
from judge.queue.values import LanguageCard


def exact_submission(queue: Queue, submission: Submission) -> Submission:
    """The same, with the version that its range means now. Raises LanguageError, QueueError."""
    cards = queue.run(calls.languages()) if "@" in submission.language else ()
    return _submission(submission, cards)


async def exact_submission_async(queue: AsyncQueue, submission: Submission) -> Submission:
    """See :func:`exact_submission`."""
    cards = await queue.run(calls.languages()) if "@" in submission.language else ()
    return _submission(submission, cards)


def exact_work(queue: Queue, work: Work) -> Work:
    """See :func:`exact_submission`."""
    return _work(work, queue.run(calls.languages())) if names_versions(work) else work


async def exact_work_async(queue: AsyncQueue, work: Work) -> Work:
    """See :func:`exact_submission`."""
    return _work(work, await queue.run(calls.languages())) if names_versions(work) else work


def exact_work_among(cards: tuple[LanguageCard, ...], work: Work) -> Work:
    """The same, where it is known what is offered. Raises LanguageError."""
    return _work(work, cards) if names_versions(work) else work


def work_as_before(work: Work, cards: tuple[LanguageCard, ...], language: str) -> Work | None:
    """Work that names a range, with the version that it meant when the same work came before (``language``, with that
    version); None = that does not fit it, or nothing came (empty)."""
    try:
        found = _work(work, _only(cards, language))
    except LanguageError:
        return None
    return found if found.header.language == language else None


def submission_as_before(submission: Submission, cards: tuple[LanguageCard, ...], language: str) -> Submission | None:
    """See :func:`work_as_before`."""
    try:
        found = _submission(submission, _only(cards, language))
    except LanguageError:
        return None
    return found if found.language == language else None


def _only(cards: tuple[LanguageCard, ...], language: str) -> tuple[LanguageCard, ...]:
    """The language's card, as if this version of it were all that is offered."""
    name, _, version = language.partition("@")
    return tuple(msgspec.structs.replace(card, exact=(version,), variants=()) for card in cards if card.id == name)


def _submission(submission: Submission, cards: tuple[LanguageCard, ...]) -> Submission:
    return msgspec.structs.replace(submission, language=exact_language(cards, submission.language))


def names_versions(work: Work) -> bool:
    """Whether it names any version, or a range of them."""
    commands = work.task.commands if isinstance(work.task, CommandGroup) else ()
    return "@" in work.header.language or any("@" in command.language for command in commands)


def _work(work: Work, cards: tuple[LanguageCard, ...]) -> Work:
    """The program that names the same language as its header gets the same version; a group's commands each theirs."""
    language = exact_language(cards, work.header.language)
    task = work.task
    program = getattr(task, "program", None)
    if program is not None and program.language == work.header.language:
        task = msgspec.structs.replace(task, program=msgspec.structs.replace(program, language=language))
    if isinstance(task, CommandGroup):
        task = msgspec.structs.replace(task, commands=tuple(_command(command, cards) for command in task.commands))
    return msgspec.structs.replace(work, header=msgspec.structs.replace(work.header, language=language), task=task)


def _command(command: Command, cards: tuple[LanguageCard, ...]) -> Command:
    if "@" not in command.language:
        return command
    return msgspec.structs.replace(command, language=exact_language(cards, command.language))

"""What a client does with ranges of versions before it hands work in: the queue knows exact names only."""

from __future__ import annotations

import msgspec

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
    return _work(work, queue.run(calls.languages())) if _names_versions(work) else work


async def exact_work_async(queue: AsyncQueue, work: Work) -> Work:
    """See :func:`exact_submission`."""
    return _work(work, await queue.run(calls.languages())) if _names_versions(work) else work


def _submission(submission: Submission, cards: tuple[LanguageCard, ...]) -> Submission:
    return msgspec.structs.replace(submission, language=exact_language(cards, submission.language))


def _names_versions(work: Work) -> bool:
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

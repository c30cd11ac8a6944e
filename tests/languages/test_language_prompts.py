"""Languages' own prompts, each in the sandbox as a session has it: an expression is typed, its value is read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import needs
import pytest

from judge.model.event import unheard
from judge.model.session import EndOfInput, InputFrame, Typed
from judge.model.units import S_NS
from judge.model.work import RequestedLimits, SessionRequest, Work, WorkHeader, WorkKind
from judge.model.work_report import SessionEnd
from judge.package.ceilings import DEFAULT_CEILINGS
from judge.running.runner import NO_BLOBS, Runner
from judge.running.session import hold_session
from judge.sandbox.slot import Slot
from judge.state_dir import StateDir
from judge.toolchain.definitions import Languages
from judge.toolchain.roots import Toolchains, absent


class Talk(NamedTuple):
    """The prompt, what is typed at it and what is said then; what is typed comes back, so that is no part of it."""

    prompt: bytes
    typed: bytes = b"1111 * 1111"
    answer: bytes = b"1234321"
    leave: bytes = b""  # empty = it ends with its input


TALKS: Mapping[str, Talk] = {
    "bash": Talk(b"$ ", b"echo $((1111 * 1111))"),
    "bc": Talk(b""),
    "beanshell": Talk(b"bsh % ", b"print(1111 * 1111);"),
    "coffeescript": Talk(b"coffee> "),
    "erlang": Talk(b"> ", b"1111 * 1111.", leave=b"halt()."),
    "haskell": Talk(b"> "),
    "java": Talk(b"jshell> "),
    "javascript": Talk(b"> "),
    "perl": Talk(b"DB<", b"print 1111 * 1111"),
    "php": Talk(b"php > ", b"echo 1111 * 1111;"),
    "pypy3": Talk(b">>>> "),
    "python3": Talk(b">>> "),
    "rhino": Talk(b"js> "),
    "ruby": Talk(b"> "),
    "scala": Talk(b"scala> "),
    "sh": Talk(b"$ ", b"echo $((1111 * 1111))"),
    "sqlite": Talk(b"sqlite> ", b"select 1111 * 1111;"),
    "tcl": Talk(b"% ", b"expr {1111 * 1111}"),
}
#: Those that ``make test`` installs, and what else this machine has.
_ALWAYS = ("bash", "haskell", "java", "javascript", "perl", "php", "pypy3", "python3", "ruby")
_PAGE = (Path(__file__).parents[2] / "docs/howto/sessions.md").read_text()


def is_here(language_id: str) -> bool:
    """Whether what the language's own command names is on this machine."""
    words = Languages.open().get(language_id).interactive
    return all(Path(path).exists() for word in words for path in word.split(":") if path.startswith("/usr/"))


#: A terminal's escape sequences: colours, moves of the cursor.
_ESCAPES = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]")


class Talker:
    """A client that types at the prompt, reads the answer and ends the input."""

    dropped_bytes = 0
    is_ending = False

    def __init__(self, talk: Talk) -> None:
        self.heard = b""
        self._talk = talk
        self._frames: list[InputFrame] = [
            Typed(offset=0, data=talk.typed + b"\r"),
            Typed(offset=0, data=talk.leave + b"\r") if talk.leave else EndOfInput(),
        ]

    def watched(self) -> Mapping[int, int]:
        return {}

    def receive(self) -> Sequence[InputFrame]:
        heard = _ESCAPES.sub(b"", self.heard)
        before, answered, after = heard.partition(self._talk.answer)
        is_asked = self._talk.prompt in (after if len(self._frames) == 1 else before)
        if not self._frames or not is_asked or (len(self._frames) == 1 and not answered):
            return ()
        return (self._frames.pop(0),)

    def settle(self) -> None: ...

    def send(self, stream: int, data: bytes) -> None:
        self.heard += data

    def finish(self) -> None: ...

    def close(self) -> None: ...


@pytest.mark.parametrize("language_id", [name for name in TALKS if name in _ALWAYS or is_here(name)])
def test_a_prompt_answers(language_id: str, sandbox_slot: Slot, sandbox_state: Path) -> None:
    language = Languages.open().get(language_id)
    toolchains = Toolchains(StateDir(sandbox_state))
    state = toolchains.state(language)
    if missing := state.missing or absent(language.interactive, toolchains(language).rootfs):
        pytest.skip(needs.language(language_id, missing[0]))
    languages = SimpleNamespace(get=lambda _: language)
    judge: Any = SimpleNamespace(build_context=SimpleNamespace(languages=languages, toolchain=toolchains))
    runner = Runner(
        slot=sandbox_slot, judge=judge, ceilings=DEFAULT_CEILINGS, blobs=NO_BLOBS, scratch=sandbox_state / "scratch"
    )
    request = SessionRequest(limits=RequestedLimits(wall_time_ns=60 * S_NS))
    work = Work(header=WorkHeader(id="x", kind=WorkKind.SESSION, language=language_id), task=request)
    talker = Talker(TALKS[language_id])
    report = hold_session(runner, work, request, talker, unheard)
    assert report.end is SessionEnd.EXITED, talker.heard


def test_the_page_names_the_languages_that_have_a_prompt() -> None:
    listed = re.search(r"These languages have a prompt: ([^:]*?)\.\n", _PAGE)
    assert listed is not None
    named = [word.strip("`,") for word in listed[1].split()]
    assert named == [language.id for language in Languages.open() if language.interactive]

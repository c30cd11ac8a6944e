"""``python -m judge_workers.node.probe``: tests this host and writes the worker's profile, before anything judges.

With ``--languages`` it looks at the languages again, while others judge, and brings the profile up to date.
"""

from __future__ import annotations

import argparse
import os
import secrets
import socket
import sys
from collections.abc import Sequence
from importlib.metadata import version

import msgspec

from judge import wire
from judge.config import Settings, inherited_settings
from judge.errors import JudgeError
from judge.model.language import LanguageSpec
from judge.observe.logs import set_up_logging
from judge.queue.settings import policy_of
from judge.queue.values import LanguageCard, WorkerInfo
from judge.toolchain.definitions import Languages, aliases_of
from judge_workers.judging import Readiness, load_factory
from judge_workers.profile import Profile, load_profile, node_name, save_profile, slot_count

#: The look at languages makes room for what judges.
_NICE = 10


def make_profile(settings: Settings) -> Profile:
    """Test the host and say what the worker can do. Raises HostError when that is nothing."""
    policy_of(settings)
    ready = load_factory(settings.worker.judge_factory).readiness(settings)
    info = WorkerInfo(
        slots=slot_count(settings.worker.slots),
        tags=(os.uname().machine, *settings.worker.tags),
        version=version("judge-service"),
        host=socket.gethostname(),
        pid=os.getppid(),
        problems=ready.problems,
        noise_ratio=ready.noise_ratio,
        attacks_held=len(ready.attacks_held),
    )
    profile = Profile(
        node=node_name(settings.worker.node, settings.state),
        session=secrets.token_hex(8),
        routes=(),
        info=info,
        attacks_held=ready.attacks_held,
    )
    return with_languages(profile, ready, settings)


def with_languages(profile: Profile, ready: Readiness, settings: Settings) -> Profile:
    """The profile with what was found out about languages; where none works, nothing is served."""
    info = msgspec.structs.replace(
        profile.info,
        languages=ready.languages,
        versions=dict(ready.versions),
        preparing=ready.preparing,
        unprepared=dict(ready.unprepared),
    )
    names = tuple(dict.fromkeys((*ready.languages, *ready.versions)))
    return msgspec.structs.replace(
        profile,
        info=info,
        routes=_routes(profile.node, names, info.tags, sessions=settings.worker.session_slots > 0),
        languages_missing=ready.languages_missing,
        known=tuple(card_of(language) for language in Languages.open(settings.worker.languages_dir)),
        untested=ready.untested,
        watched=ready.watched,
        toolchains=ready.toolchains,
    )


def _routes(node: str, languages: tuple[str, ...], tags: tuple[str, ...], *, sessions: bool) -> tuple[str, ...]:
    return (*wire.routes_served(languages, tags, sessions=sessions), *wire.own_routes(node)) if languages else ()


def look_again(settings: Settings) -> None:
    """Bring the languages of the profile up to date, each as soon as it is known. Blocks for as long as tests run."""
    os.nice(_NICE)
    profile = load_profile(settings.state)
    of_languages = tuple(f"{language}: " for language in profile.languages_missing)
    others = tuple(text for text in profile.info.problems if not text.startswith(of_languages))

    def save(ready: Readiness) -> None:
        info = msgspec.structs.replace(profile.info, problems=(*others, *ready.problems))
        save_profile(settings.state, with_languages(msgspec.structs.replace(profile, info=info), ready, settings))

    save(load_factory(settings.worker.judge_factory).languages_again(settings, save))


def card_of(language: LanguageSpec) -> LanguageCard:
    """What clients need to know of a language's definition."""
    return LanguageCard(
        id=language.id, name=language.name, aliases=aliases_of(language), extensions=language.extensions
    )


def main(argv: Sequence[str] | None = None, settings: Settings | None = None) -> int:
    """Write the profile; 0, or the error's exit code after one line about it."""
    parser = argparse.ArgumentParser(prog="python -m judge_workers.node.probe")
    parser.add_argument("--languages", action="store_true", help="only bring the languages up to date")
    args = parser.parse_args(argv)
    settings = settings or inherited_settings()
    set_up_logging(settings.logs.format, settings.logs.level)
    try:
        if args.languages:
            look_again(settings)
        else:
            save_profile(settings.state, make_profile(settings))
    except JudgeError as error:
        print(f"judge: {error}", file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())

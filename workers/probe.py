"""``python -m workers.probe``: tests this host and writes the worker's profile, before anything judges."""

from __future__ import annotations

import os
import secrets
import socket
import sys
from importlib.metadata import version

import msgspec

from judge import wire
from judge.config import Settings, load_settings
from judge.errors import JudgeError
from judge.language import Languages, aliases_of
from judge.model.language import LanguageSpec
from judge.observe.logs import set_up_logging
from judge.queue.values import LanguageCard, WorkerInfo
from workers.judging import load_factory
from workers.profile import Profile, node_name, policy_of, profile_path, slot_count


def make_profile(settings: Settings) -> Profile:
    """Test the host and say what the worker can do. Raises HostError when that is nothing."""
    policy_of(settings)
    ready = load_factory(settings).readiness(settings)
    tags = (os.uname().machine, *settings.tags)
    info = WorkerInfo(
        slots=slot_count(settings),
        languages=ready.languages,
        tags=tags,
        version=version("judge-service"),
        host=socket.gethostname(),
        pid=os.getppid(),
        problems=ready.problems,
        noise_ratio=ready.noise_ratio,
    )
    return Profile(
        node=node_name(settings),
        session=secrets.token_hex(8),
        routes=wire.routes_served(ready.languages, tags),
        info=info,
        languages_missing=ready.languages_missing,
        attacks_held=ready.attacks_held,
        known=tuple(card_of(language) for language in Languages.open(settings.languages_dir)),
    )


def card_of(language: LanguageSpec) -> LanguageCard:
    """What clients need to know of a language's definition."""
    return LanguageCard(
        id=language.id, name=language.name, aliases=aliases_of(language), extensions=language.extensions
    )


def main() -> int:
    """Write the profile; 0, or the error's exit code after one line about it."""
    settings = load_settings()
    set_up_logging(settings.log_format, settings.log_level)
    try:
        profile = make_profile(settings)
    except JudgeError as error:
        print(f"judge: {error}", file=sys.stderr)
        return error.exit_code
    path = profile_path(settings)
    fresh = path.with_suffix(".new")
    fresh.write_bytes(msgspec.json.encode(profile))
    fresh.replace(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())

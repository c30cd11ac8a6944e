"""Says on the log, once, that this worker can judge: when a slot is open and Celery listens for tickets."""

from __future__ import annotations

import logging

from judge.config import Settings
from judge_workers.profile import Profile
from judge_workers.run_dir import is_announced, is_listening, leave_announced, slots_open

log = logging.getLogger(__name__)


def announce_when_ready(settings: Settings, profile: Profile) -> bool:
    """Look, and say it the first time of this start; False = not yet ready."""
    directory = settings.state.run
    if is_announced(directory):
        return True
    if not (is_listening(directory) and slots_open(directory, profile.info.slots)):
        return False
    leave_announced(directory)
    languages = " ".join(profile.info.languages)
    broker = f" --broker {settings.broker.address}" if settings.broker.address else ""
    log.info("ready: %d slots, languages %s", profile.info.slots, languages)
    log.info("hand in: judge submit%s PACKAGE FILE; watch: judge top%s", broker, broker)
    return True

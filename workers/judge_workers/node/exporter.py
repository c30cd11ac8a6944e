"""The metrics process of a node, on descriptors that the supervisor made."""

from __future__ import annotations

import socket
from contextlib import closing
from functools import partial

from judge.config import Settings
from judge.observe.logs import set_up_logging
from judge.observe.metrics.exporter import ExporterConfig, run_exporter
from judge.observe.metrics.vocabulary import Vocabulary
from judge.observe.top.queue_look import QueueLook
from judge.queue.settings import broker_of
from judge_workers.node.node_info import node_info
from judge_workers.profile import load_profile


def serve(settings: Settings, pipe_fd: int, socket_fd: int) -> int:
    """Answer scrapes until the slots' pipe is closed or SIGTERM comes; the exit code."""
    set_up_logging(settings.logs.format, settings.logs.level)
    profile = load_profile(settings.state)
    broker = broker_of(settings)
    with closing(QueueLook(broker)) as at_scrape, closing(QueueLook(broker)) as in_doubt:
        config = ExporterConfig(
            Vocabulary(frozenset(card.id for card in profile.known)),
            profile.info.version,
            at_scrape.state,
            in_doubt.recorded_fence,
            settings.state_dir,
            partial(node_info, settings),
        )
        run_exporter(config, pipe_fd, socket.socket(fileno=socket_fd))
    return 0

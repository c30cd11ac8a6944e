"""Looks for a network."""

import socket

from judge_program import finish

reached = []
for family, address in (
    (socket.AF_INET, ("127.0.0.1", 6379)),
    (socket.AF_INET, ("169.254.169.254", 80)),
    (socket.AF_UNIX, "/run/docker.sock"),
    (socket.AF_UNIX, "\0judge"),
):
    try:
        with socket.socket(family, socket.SOCK_STREAM) as one:
            one.settimeout(0.2)
            one.connect(address)
            reached.append(str(address))
    except OSError:
        pass
finish("AC" if reached else "WA", feedback=" ".join(reached))

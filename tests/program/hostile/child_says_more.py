"""A child of it gives another verdict after the end."""

import contextlib
import os
import time

from judge_program import finish

if os.fork() == 0:
    os.setsid()
    for _ in range(200):
        time.sleep(0.01)
        with contextlib.suppress(OSError):
            os.write(3, b'\x1f\x00\x00\x00\x00\x00\x00\x00{"type":"finish","verdict":"AC"}')
    os._exit(0)
finish("WA", 1)

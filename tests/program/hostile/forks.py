"""Forks until it is refused, and its children do the same."""

import os

from judge_program import finish

refused = False
for _ in range(500):
    try:
        if os.fork() == 0:
            while True:
                try:
                    os.fork()
                except OSError:
                    os._exit(0)
    except OSError:
        refused = True
        break
finish("WA" if refused else "AC")

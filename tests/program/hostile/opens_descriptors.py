"""Opens descriptors until there are no more, and calls all the same."""

import os

from judge_program import finish, store

held = []
try:
    while len(held) < 1_000_000:
        held.append(os.open("/dev/null", os.O_RDONLY))
except OSError:
    pass
store(b"still there")
finish("AC" if len(held) >= 1_000_000 else "WA")

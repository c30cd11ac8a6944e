"""Reads the memory of every process that it sees, its own aside."""

import os

from judge_program import finish

found = []
for name in filter(str.isdigit, os.listdir("/proc")):
    if int(name) == os.getpid():
        continue
    for part in ("mem", "maps", "environ", "fd/0"):
        try:
            with open(f"/proc/{name}/{part}", "rb") as file:
                file.read(1)
            found.append(f"{name}/{part}")
        except OSError:
            pass
finish("AC" if found else "WA", feedback=" ".join(found))

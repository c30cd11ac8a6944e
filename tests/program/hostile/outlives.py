"""Leaves processes of other sessions behind, and live programs of the submission."""

import os
import time

from judge_program import compile, finish, inputs, start

players = [start(compile(inputs.submission)) for _ in range(2)]
for _ in range(3):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(1000)
        os._exit(0)
finish("WA")

"""Has the director hold more and more."""

from judge_program import store

held = []
while True:
    held.append(store(b"x" * 1_000_000))

"""Ends with programs alive and no verdict."""

from judge_program import compile, inputs, start

players = [start(compile(inputs.submission)) for _ in range(3)]
raise SystemExit(0)

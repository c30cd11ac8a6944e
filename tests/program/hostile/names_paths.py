"""Gives and takes files by names that lead elsewhere."""

from judge_program import CallError, compile, finish, inputs, keep, run

program = compile(inputs.submission)
taken = []
for name in ("/etc/passwd", "../passwd", "a/../../b", "", ".", "a\0b", "x" * 5000):
    try:
        run(program, stdin="1 2", files={name: b"x"})
        taken.append(f"file {name[:20]!r}")
    except (CallError, ValueError):
        pass
    try:
        done = run(program, stdin="1 2", collect=[name])
        if done.files:
            taken.append(f"collect {name[:20]!r}")
    except (CallError, ValueError):
        pass
    try:
        keep(name, b"x")
        run(program, stdin="1 2")
        taken.append(f"keep {name[:20]!r}")
    except (CallError, ValueError):
        pass
finish("AC" if taken else "WA", feedback=" ".join(taken))

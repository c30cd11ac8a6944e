"""The driver of the student's side, S: it serves requests of the tests' side over what was standard input and output.

How they speak: docs, "The call protocol of unit tests". It shares a process with the student's code, so nothing that it
says is worth more than a value; it only has to be right for students who do not cheat.
"""

import builtins
import importlib
import io
import operator
import os
import sys

from judge_apart.objects import Objects, as_value, builtin_of
from judge_apart.values import FRAME_BYTES_MAX, BadValue, Decoder, frame_of, line_of

_PRINTED_MAX = 64 << 10
_MESSAGE_MAX = 4096
_TRACE_MAX = 16 << 10
_DEPTH_MAX = 16

_HERE = os.path.dirname(os.path.abspath(__file__))
_OURS = (os.path.join(_HERE, "judge_apart"), os.path.abspath(__file__), "<frozen ")


class Channel:
    """Lines to and from T, on descriptors that nothing else here is meant to know."""

    def __init__(self):
        self._source = os.dup(0)
        self._sink = os.dup(1)
        self._buffer = b""
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        os.close(null)

    def read(self):
        """The next frame; None = T is gone."""
        while b"\n" not in self._buffer:
            data = os.read(self._source, 1 << 16)
            if not data or len(self._buffer) > FRAME_BYTES_MAX:
                return None
            self._buffer += data
        line, _, self._buffer = self._buffer.partition(b"\n")
        return frame_of(line)

    def write(self, line):
        """Blocks until all is written."""
        view = memoryview(line)
        while view:
            view = view[os.write(self._sink, view) :]


class Printed:
    """What is written to one of the two standard streams, by whatever means."""

    def __init__(self, fd):
        made = os.memfd_create("printed") if hasattr(os, "memfd_create") else os.open(".", os.O_TMPFILE | os.O_RDWR)
        os.dup2(made, fd)
        os.close(made)
        self._fd = fd
        raw = io.FileIO(fd, "w", closefd=False)
        self.stream = io.TextIOWrapper(
            io.BufferedWriter(raw), encoding="utf-8", errors="surrogateescape", line_buffering=True, write_through=True
        )

    def take(self):
        """All that was written since the last time, cut."""
        self.stream.flush()
        size = os.lseek(self._fd, 0, os.SEEK_END)
        if not size:
            return ""
        text = os.pread(self._fd, _PRINTED_MAX, 0).decode("utf-8", "replace")
        os.ftruncate(self._fd, 0)
        os.lseek(self._fd, 0, os.SEEK_SET)
        return text if size <= _PRINTED_MAX else text + "…"


class Input(io.TextIOBase):
    """Standard input: that of the test at hand."""

    encoding = "utf-8"

    def __init__(self, ask):
        self._ask = ask
        self.buffer = InputBytes(self)

    def readable(self):
        return True

    def read(self, size=-1):
        return self._ask({"ask": "read", "size": -1 if size is None or size < 0 else max(size, 1)})

    def readline(self, size=-1):
        return self._ask({"ask": "read", "size": 0})


class InputBytes(io.BufferedIOBase):
    """What ``sys.stdin.buffer`` is: the same input as bytes."""

    def __init__(self, text):
        self._text = text
        self._rest = b""  # of a character, or a line, that was begun

    def readable(self):
        return True

    def read(self, size=-1):
        return self._cut(size, self._text.read)

    def readline(self, size=-1):
        return self._cut(size, lambda _: self._text.readline(), is_line=True)

    def _cut(self, size, more, is_line=False):
        if size is None or size < 0:
            size = None
        data, self._rest = self._rest, b""
        while (size is None or len(data) < size) and not (is_line and b"\n" in data):
            text = more(-1 if size is None else size - len(data))
            data += text.encode("utf-8", "surrogateescape")
            if not text or (size is None and not is_line):
                break
        end = data.find(b"\n") + 1 if is_line else 0
        end = min(end or len(data), len(data) if size is None else size)
        self._rest = data[end:]
        return data[:end]


def _joined(left, right):
    return lambda a, b: right(b, a) if left else right(a, b)


def _operations():
    """By the name of the special method."""
    found = {}
    for name in "add sub mul matmul truediv floordiv mod pow lshift rshift xor".split():
        found[name] = getattr(operator, name)
        found[f"r{name}"] = _joined(True, found[name])
        found[f"i{name}"] = getattr(operator, f"i{name}")
    for name in ("and", "or"):
        found[name] = getattr(operator, f"{name}_")
        found[f"r{name}"] = _joined(True, found[name])
        found[f"i{name}"] = getattr(operator, f"i{name}")
    for name in "eq ne lt le gt ge contains getitem setitem delitem index abs neg pos invert".split():
        found[name] = getattr(operator, name)
    words = "str repr len bool int float complex hash iter reversed round bytes dir isinstance divmod format"
    for name in words.split():
        found[name] = getattr(builtins, name)
    found["rdivmod"] = _joined(True, divmod)
    return found


class Driver:
    """Serves T until it is gone."""

    def __init__(self):
        self._channel = Channel()
        self._printed = [Printed(1), Printed(2)]
        sys.stdout, sys.stderr = (printed.stream for printed in self._printed)
        sys.stdin = Input(self._question)
        builtins.input = self._input
        self._objects = Objects(self._call_back)
        named = {"builtin": lambda told: builtin_of(told["name"]), "callback": self._objects.callback}
        self._decoder = Decoder({"ref": self._referred, "class": self._referred, **named})
        self._operations = _operations()
        self._open = []  # ids of the requests that are being carried out

    def _referred(self, told):
        try:
            return self._objects.get(told["id"])
        except (KeyError, TypeError):
            raise BadValue("there is no such object") from None

    # -- frames ------------------------------------------------------------------------------------------------

    def serve(self):
        """Answer requests; returns the reply to the question that is open."""
        while True:
            frame = self._channel.read()
            if frame is None:
                os._exit(0)
            if frame.get("reply"):
                return frame
            self._answer(frame)

    def _answer(self, frame):
        self._objects.drop(frame.get("drop", ()))
        self._open.append(frame["id"])
        try:
            answer = self._carried_out(frame)
        except BaseException as error:  # whatever the student's code raises is the answer
            answer = {"raised": self._raised(error)}
        self._open.pop()
        answer["id"] = frame["id"]
        self._send(answer | self._printed_now())

    def _printed_now(self):
        """What goes with a frame of what was printed since the last one."""
        texts = {name: printed.take() for name, printed in zip(("out", "err"), self._printed)}
        return {name: text for name, text in texts.items() if text}

    def _send(self, answer):
        try:
            line = line_of(answer)
        except BadValue as error:
            raised = self._raised(ValueError(f"what is returned cannot be sent to the tests: {error}"))
            line = line_of({"id": answer["id"], "raised": raised})
        self._channel.write(line)

    def _question(self, question):
        """What T replies to it. Raises what T's function has raised."""
        if not self._open or len(self._open) > _DEPTH_MAX:
            raise RuntimeError("the tests can be asked only while they wait, and not deeper than that")
        question["id"] = self._open[-1]
        self._channel.write(line_of(question | self._printed_now()))
        reply = self.serve()
        if "raised" in reply:
            kind = self._decoder.decode(reply["raised"]["class"])
            raise kind(*self._decoder.decode(reply["raised"].get("args", [])))
        return self._decoder.decode(reply.get("ok"))

    def _call_back(self, number, args, kwargs):
        encode = self._objects.encode
        return self._question(
            {
                "ask": "call",
                "callback": number,
                "args": [encode(one) for one in args],
                "kwargs": {name: encode(one) for name, one in kwargs.items()},
            }
        )

    def _input(self, prompt=""):
        return self._question({"ask": "input", "prompt": str(prompt)})

    # -- requests ----------------------------------------------------------------------------------------------

    def _carried_out(self, frame):
        op = frame["op"]
        if op in ("call", "method", "new"):
            return self._called(frame)
        if op == "next":
            for value in self._target(frame):
                return self._ok(value)
            return {"end": True}
        return self._ok(getattr(self, f"_do_{op}")(frame))

    def _ok(self, value):
        try:
            return {"ok": self._objects.encode(value)}
        except BadValue as error:
            raise ValueError(f"what is returned cannot be sent to the tests: {error}") from None

    def _target(self, frame):
        return self._objects.get(frame["target"])

    def _called(self, frame):
        target = self._target(frame)
        if frame["op"] == "method":
            target = getattr(target, frame["name"])
        args = self._decoder.decode(frame.get("args", []))
        kwargs = {name: self._decoder.decode(told) for name, told in frame.get("kwargs", {}).items()}
        answer = self._ok(target(*args, **kwargs))
        if frame.get("back"):
            encode = self._objects.encode
            after = {"args": [encode(one) for one in args]}
            after["kwargs"] = {name: encode(one) for name, one in kwargs.items()}
            answer["after"] = after
        return answer

    def _do_import(self, frame):
        return importlib.import_module(frame["name"])

    def _do_get(self, frame):
        return getattr(self._target(frame), frame["name"])

    def _do_set(self, frame):
        setattr(self._target(frame), frame["name"], self._decoder.decode(frame["value"]))

    def _do_delete(self, frame):
        delattr(self._target(frame), frame["name"])

    def _do_plain(self, frame):
        return as_value(self._target(frame))

    def _do_special(self, frame):
        name, args = frame["name"], self._decoder.decode(frame.get("args", []))
        operation = self._operations.get(name)
        if operation is not None:
            return operation(self._target(frame), *args)
        target = self._target(frame)
        return getattr(type(target), f"__{name}__")(target, *args)

    def _do_await(self, frame):
        import asyncio

        async def wait(target):
            return await target

        return asyncio.run(wait(self._target(frame)))

    # -- exceptions --------------------------------------------------------------------------------------------

    def _raised(self, error):
        """What T hears of an exception, whatever that does when it is looked at."""
        told = {"class": self._objects.class_of(type(error)), "args": [], "trace": _trace_of(error)}
        try:
            told["message"] = str(error)[:_MESSAGE_MAX]
            told["args"] = [self._objects.encode(one) for one in error.args]
            told["ref"] = self._objects.number(error)
        except Exception as inner:  # of a __str__, or what cannot be copied
            told.setdefault("message", f"({type(inner).__name__} while it was printed)")
        return told


def _trace_of(error):
    """Where it was raised, in the student's files: the innermost place last."""
    try:
        places = []
        trace = error.__traceback__
        while trace is not None:
            code = trace.tb_frame.f_code
            if not code.co_filename.startswith(_OURS):
                places.append(_place(code.co_filename, trace.tb_lineno, code.co_name))
            trace = trace.tb_next
        if isinstance(error, SyntaxError) and error.filename:
            places.append(_place(error.filename, error.lineno, ""))
        return "\n".join(places[-50:])[-_TRACE_MAX:]
    except Exception:  # of an exception that resists
        return ""


def _place(file, line, function):
    name = os.path.relpath(file, _HERE) if file.startswith(_HERE) else file
    return f"{name}:{line}: in {function}" if function else f"{name}:{line}"


if __name__ == "__main__":
    Driver().serve()

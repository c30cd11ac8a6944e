"""T's conversation with S: requests, answers, questions, and what counts against a test.

What S does wrong is a *fault* of the test at hand: it is kept here, whatever the framework makes of the exception.
"""

import builtins
import sys

from judge_apart.values import FRAME_BYTES_MAX, BadValue, frame_of, line_of

_REQUESTS_MAX = 20_000
_QUESTIONS_MAX = 16
_PRINTED_MAX = 64 << 10
_PRINTED_IN_ALL_MAX = 1 << 20

_FIELDS = {"id", "ok", "raised", "end", "out", "err", "after"}
_FIELDS_ASKED = {"id", "ask", "callback", "args", "kwargs", "prompt", "size", "out", "err"}


class StudentFault(BaseException):
    """S is not there any more, or said what is no answer: no test that sees this passes."""


class Fault:
    """``status`` is "error" or "timeout"."""

    def __init__(self, status, message):
        self.status = status
        self.message = message


class Session:
    """One S after the other. ``start()`` starts one and returns its process."""

    def __init__(self, start, *, each_test, cpu_time, broken=""):
        self._start = start
        self._broken = broken  # why there can be no S
        self._each_test = each_test
        self._cpu_time = cpu_time  # of one test, where S lives longer than that; else 0: its life has a limit
        self._process = None
        self._next = None  # a process that was started ahead of time
        self._last_id = 0
        self._open = 0  # questions that are being answered
        self._requests = 0
        self._printed = 0
        self._cpu_left = cpu_time
        self.fault = None  # of the test at hand
        self.overdue = ""  # the tests' own time is over: words
        self.run = None  # of S, when it is over
        self.life = 0  # counts processes: handles belong to one
        self.dropped = []  # handles that T has no use for any more
        self.proxies = None  # what values become here, and their opposite

    # -- lives -------------------------------------------------------------------------------------------------

    def begin(self):
        """A test begins."""
        self.fault = None
        self.overdue = ""
        self.run = None
        self._requests = self._printed = 0
        self._cpu_left = self._cpu_time

    def end(self, is_last):
        """A test is over. Returns the run of its S, where that is over, too."""
        if self._each_test or self.fault is not None:
            self.stop()
            if not is_last and self._next is None and not self._broken:
                self._next = self._start()
        return self.run

    def stop(self):
        """End S. Idempotent."""
        process, self._process = self._process, None
        if process is not None:
            self.run = process.stop()

    def close(self):
        """End all. Idempotent."""
        self.stop()
        if self._next is not None:
            self._next.stop()
            self._next = None

    def alive(self):
        """S, which is started where there is none. Raises StudentFault."""
        if self.fault is not None:
            raise StudentFault(self.fault.message)
        if self._broken:
            self.fail("error", self._broken)
        if self._process is None:
            self._process, self._next = self._next or self._start(), None
            self._last_id = 0
            self.life += 1
            self.dropped = []
        return self._process

    @property
    def is_running(self):
        """Whether there is an S."""
        return self._process is not None

    def fail(self, status, message):
        """The test at hand has a fault. Raises StudentFault."""
        self.fault = self.fault or Fault(status, message)
        raise StudentFault(self.fault.message)

    # -- frames ------------------------------------------------------------------------------------------------

    def request(self, op, words, **fields):
        """The answer to a request. ``words``: what is done, for people. Raises what the student's code has raised,
        StudentFault, BadValue."""
        process = self.alive()
        if self.overdue:
            self.fail("timeout", self.overdue)
        self._requests += 1
        if self._requests > _REQUESTS_MAX:
            self.fail("error", f"one test asks the program more than {_REQUESTS_MAX} times, at last: {words}")
        self._last_id = number = self._last_id + 1
        frame = {"id": number, "op": op, **fields}
        if self.dropped:
            frame["drop"], self.dropped = self.dropped, []
        try:
            process.write(line_of(frame))
        except BadValue as error:
            self.fail("error", f"{words}: the tests hand over what cannot be sent: {error}")
        while True:
            answer = self._read(process, words)
            if answer.get("id") != number or type(answer["id"]) is not int:
                self.fail("error", f"it answered what it was not asked, in {words}")
            if "ask" not in answer:
                return self._answer(answer, words)
            process.write(self._reply(answer, words))

    def _read(self, process, words):
        line = process.read_line(cpu_time=self._cpu_left, size=FRAME_BYTES_MAX)
        if self._cpu_time:
            self._cpu_left = max(self._cpu_left - line.cpu_time, 0.001)
        if line.late or not line.endswith(b"\n"):
            self._over(process, line, words)
        try:
            return frame_of(line)
        except BadValue as error:
            self.fail("error", f"it answered with what is no answer, in {words}: {error}")

    def _over(self, process, line, words):
        """There is no whole line."""
        if len(line) >= FRAME_BYTES_MAX:
            self.fail("error", f"it answered with more than {FRAME_BYTES_MAX} bytes, in {words}")
        run = process.stop() if line.late else process.wait()
        self._process, self.run = None, run
        if line.late or run.outcome in ("CPU_LIMIT", "WALL_LIMIT", "IDLE_LIMIT"):
            self.fail("timeout", f"the time limit is exceeded in {words}")
        self.fail("error", f"the program ended in {words}: {run.ending or f'exit code {run.exit_code}'}")

    def _answer(self, answer, words):
        if set(answer) - _FIELDS or len({"ok", "raised", "end"} & set(answer)) != 1:
            self.fail("error", f"it answered with what is no answer, in {words}: its fields")
        self._print_all(answer, words)
        if "raised" in answer:
            try:
                error = self.proxies.raised(answer["raised"])
            except BadValue as bad:
                self.fail("error", f"it raised what is no exception, in {words}: {bad}")
            raise error
        return answer

    def _print_all(self, frame, words):
        """What was printed before this frame."""
        for name, stream in (("out", sys.stdout), ("err", sys.stderr)):
            self._print(frame.get(name, ""), stream, words)

    def _print(self, text, stream, words):
        if type(text) is not str:
            self.fail("error", f"it answered with what is no answer, in {words}: what it printed")
        if text:
            left = min(_PRINTED_MAX + 1, _PRINTED_IN_ALL_MAX - self._printed)
            self._printed += len(text)
            stream.write(text[: max(left, 0)].encode("utf-8", "replace").decode())

    def value(self, answer, words):
        """What an answer says. Raises StudentFault."""
        try:
            return self.proxies.decode(answer.get("ok"))
        except BadValue as error:
            self.fail("error", f"it answered with what is no value, in {words}: {error}")

    # -- questions ---------------------------------------------------------------------------------------------

    def _reply(self, question, words):
        """The line that answers a question of S's."""
        number = question["id"]
        self._open += 1
        try:
            if self._open > _QUESTIONS_MAX:
                self.fail("error", f"questions within questions: more than {_QUESTIONS_MAX}, in {words}")
            if set(question) - _FIELDS_ASKED:
                self.fail("error", f"it asked what is no question, in {words}")
            self._print_all(question, words)
            value = self._asked(question, words)
            return line_of({"id": number, "reply": True, "ok": self.proxies.encode(value)})
        except Exception as error:  # of the tests' function: S is to hear of it
            return line_of({"id": number, "reply": True, "raised": self.proxies.raising(error)})
        finally:
            self._open -= 1

    def _asked(self, question, words):
        kind = question["ask"]
        if kind == "input":
            return builtins.input(_text(question.get("prompt", "")))
        if kind == "read":
            size = question.get("size", 0)
            if type(size) is not int:
                raise ValueError("size: no number")
            return sys.stdin.read() if size < 0 else sys.stdin.readline() if not size else sys.stdin.read(size)
        if kind != "call":
            self.fail("error", f"it asked what is no question, in {words}")
        function = self.proxies.callback(question.get("callback"))
        try:
            args = self.proxies.decode(question.get("args", []))
            named = question.get("kwargs", {})
            kwargs = {name: self.proxies.decode(told) for name, told in named.items()}
        except (BadValue, AttributeError) as error:
            self.fail("error", f"it called a function of the tests with what is no value, in {words}: {error}")
        if type(args) is not list or function is None:
            self.fail("error", f"it called a function of the tests that there is none of, in {words}")
        return function(*args, **kwargs)


def _text(text):
    return text if type(text) is str else ""

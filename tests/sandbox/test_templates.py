"""Runs that are copies of an interpreter that was started once: alike in all that a program can see, and apart."""

from __future__ import annotations

import contextlib
import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sandbox_harness import children, ends, limits, settle

from judge.errors import InfrastructureError, SandboxError
from judge.model.run import Outcome
from judge.model.units import MIB, S_NS
from judge.sandbox import template as template_module
from judge.sandbox.capture import Completed
from judge.sandbox.container import Container
from judge.sandbox.launcher_client import LauncherClient
from judge.sandbox.slot import Slot, SlotConfig
from judge.sandbox.spec import ContainerSpec, Rootfs, RunSpec, TemplateSpec
from judge.sandbox.template import Template
from judge.toolchain import templates
from judge.toolchain.definitions import load_language
from judge.toolchain.templates import template_of

LANGUAGES = Path(__file__).parents[2] / "languages"
ARGV = ("/usr/bin/python3", "/artifact/main.py")
ENV = (
    ("PATH", "/usr/local/bin:/usr/bin:/bin"),
    ("HOME", "/work"),
    ("LANG", "C.UTF-8"),
    ("PYTHONDONTWRITEBYTECODE", "1"),
)
SEED = "print(hash('x'))\n"  # differs from start to start, and not between the copies of one


class Python:
    """Runs Python programs in a slot, as copies or as starts of their own."""

    def __init__(self, slot: Slot, rootfs: Rootfs, folder: Path) -> None:
        self.slot = slot
        self.rootfs = rootfs
        self.folder = folder

    def artifact(self, source: str) -> str:
        path = self.folder / f"a{len(os.listdir(self.folder))}"
        path.mkdir(mode=0o755)
        (path / "main.py").write_bytes(os.fsencode(source))
        return str(path)

    @contextlib.contextmanager
    def opened(self, source: str, spec: RunSpec, *, runs: int = 100) -> Iterator[Container]:
        """``runs``: 100 are worth a template, 1 is not."""
        asked = ContainerSpec(rootfs=self.rootfs, artifact=self.artifact(source), template=template(spec), runs=runs)
        with self.slot.container(asked) as box:
            yield box

    def run(self, source: str, *, copied: bool = True, stdin: bytes = b"1 2\n", **changes: int) -> Completed:
        spec = run_spec(**changes)
        with self.opened(source, spec, runs=100 if copied else 1) as box:
            return box.run(spec, stdin=stdin)


def run_spec(**changes: int) -> RunSpec:
    return RunSpec(argv=ARGV, env=ENV, limits=limits(**changes))


def template(spec: RunSpec) -> TemplateSpec:
    made = template_of(load_language(LANGUAGES / "python3.toml"), spec)
    assert made is not None
    return made


def out(done: Completed) -> str:
    assert done.result.ok, (done.result, done.stderr.text())
    return done.stdout.text()


@pytest.fixture(scope="session")
def python(sandbox_slot: Slot, sandbox_rootfs: Rootfs, sandbox_state: Path) -> Python:
    folder = sandbox_state / "pythons"
    folder.mkdir(mode=0o755)
    return Python(sandbox_slot, sandbox_rootfs, folder)


ALIKE = {
    "names": "import sys\nprint(__name__, __file__, __spec__, type(__loader__), sorted(globals()), sys.orig_argv)",
    "arguments": "import sys\nprint(sys.argv, sys.executable)",
    "modules": "import sys\nprint(sorted(sys.modules), sys.path, sorted(sys.path_importer_cache), sys.flags)",
    "environment": "import os\nprint(sorted(os.environ.items()), os.environb)",
    "descriptors": "import os\nprint(sorted(os.listdir('/proc/self/fd')))",
    "standing": "import os\nprint(os.getppid(), os.getsid(0) == os.getpid() == os.getpgrp(), os.getcwd(), os.umask(0))",
    "limits": "import resource as r\nprint([(k, r.getrlimit(getattr(r, k))) for k in dir(r) if k[:6] == 'RLIMIT'])",
    "status": """
import re
keep = r'Umask|Uid|Gid|Groups|Threads|SigQ|SigPnd|ShdPnd|SigBlk|SigCgt|Cap|NoNewPrivs|Seccomp|Cpus|Tracer'
print([line for line in open('/proc/self/status') if re.match(keep, line)])
print(open('/proc/self/cmdline').read(), open('/proc/self/comm').read(), open('/proc/self/oom_score_adj').read())
""",
    "namespaces": """
import os
print(sorted(os.listdir('/proc/self/ns')))
print([name for name in os.listdir('/proc') if name.isdigit()] == [str(os.getpid())])
print([os.readlink(f'/proc/self/ns/{k}') == os.readlink(f'/proc/self/ns/{k}_for_children') for k in ('pid', 'time')])
""",
    "streams": """
import sys
for stream in (sys.stdin, sys.stdout, sys.stderr):
    print(stream.seekable(), stream.line_buffering, stream.encoding, stream.errors, stream.isatty(), stream.name)
print(sys.stdin.tell(), repr(sys.stdin.read()), sys.stdin.seek(0), repr(sys.stdin.readline()))
""",
    "signals": "import signal as s\nprint({n: str(s.getsignal(n)) for n in range(1, 32)}, s.pthread_sigmask(0, []))",
    "traceback": "def f(n):\n    return 1 // n\n\nf(0)\n",
    "syntax error": "x = (\n",
    "not UTF-8": "x = '\udcff'\n",
    "exit code": "raise SystemExit(7)",
    "exit text": "raise SystemExit('said')",
    "exit at once": "import os\nprint('lost')\nos._exit(3)",
    "atexit": "import atexit\natexit.register(print, 'last')\nprint('first')",
    "killed": "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)",
    "recursion": "def f():\n    f()\n\nf()\n",
    "threads": """
import threading
threads = [threading.Thread(target=print, args=(n,)) for n in 'ab']
for thread in threads:
    thread.start()
    thread.join()
""",
    "children": "import subprocess\nprint(subprocess.run(['/bin/echo', 'hi'], capture_output=True))",
    "processes": """
import os
pid = os.fork()
print('child' if pid == 0 else os.waitpid(pid, 0)[1])
""",
    "broken pipe": "import os\nos.close(1)\nprint('x')",
    "a module": "import sys\nsys.path.append('/work')\nopen('/work/mine.py', 'w').write('')\nimport mine\nprint(mine)",
    "launcher": "import os\ntry:\n    os.kill(1, 9)\nexcept OSError as error:\n    print(error)",
}


@pytest.mark.parametrize("what", ALIKE)
def test_a_copy_is_like_a_start_of_its_own(python: Python, what: str) -> None:
    own = python.run(ALIKE[what], copied=False)
    copy = python.run(ALIKE[what])
    assert copy.stdout.read() == own.stdout.read()
    assert copy.stderr.read() == own.stderr.read()
    for result in ("outcome", "exit_code", "signal", "cause"):
        assert getattr(copy.result, result) == getattr(own.result, result)


def test_copies_share_the_seed_of_hashes_and_starts_do_not(python: Python) -> None:
    spec = run_spec()
    for runs, seeds in ((100, 1), (1, 3)):
        with python.opened(SEED, spec, runs=runs) as box:
            assert len({out(box.run(spec, stdin=b"")) for _ in range(3)}) == seeds


def other_environment(spec: RunSpec) -> RunSpec:
    return msgspec.structs.replace(spec, env=(*spec.env, ("A", "b")))


def an_argument(spec: RunSpec) -> RunSpec:
    return msgspec.structs.replace(spec, argv=(*spec.argv, "word"))


def limited_addresses(spec: RunSpec) -> RunSpec:
    return msgspec.structs.replace(spec, limits=limits(address_space_bytes=1 << 30))


def another_stack(spec: RunSpec) -> RunSpec:
    return msgspec.structs.replace(spec, limits=limits(stack_bytes=8 * MIB))


@pytest.mark.parametrize("change", [other_environment, an_argument, limited_addresses, another_stack])
def test_what_asks_for_something_else_is_a_start_of_its_own(python: Python, change: object) -> None:
    spec = run_spec()
    assert callable(change)
    with python.opened(SEED, spec) as box:
        usual = out(box.run(spec, stdin=b""))
        assert out(box.run(change(spec), stdin=b"")) != usual
        assert out(box.run(spec, stdin=b"")) == usual


def test_what_reads_from_a_pipe_is_a_start_of_its_own(python: Python) -> None:
    spec = run_spec()
    read_end, write_end = os.pipe()
    os.close(write_end)
    with python.opened(SEED, spec) as box:
        assert out(box.run(spec, stdin=b"")) != out(box.run(spec, stdin=read_end))
    os.close(read_end)


def test_what_finds_hidden_files_is_a_start_of_its_own(python: Python) -> None:
    spec = run_spec()
    version = out(python.run("import sys\nprint(sys.version_info[0], sys.version_info[1])", copied=False)).split()
    name = f".local/lib/python{'.'.join(version)}/site-packages/usercustomize.py"
    with python.opened(SEED, spec) as box:
        usual = out(box.run(spec, stdin=b""))
        done = box.run(spec, stdin=b"", files={name: b"print('mine')"})
        assert out(done).startswith("mine\n")
        assert usual not in out(done)
        assert out(box.run(spec, stdin=b"")) == usual


ATTACKS = {
    "kill": "import os, signal\ntry:\n    os.kill(-1, signal.SIGKILL)\nexcept OSError:\n    pass",
    "stop": "import os, signal\ntry:\n    os.kill(-1, signal.SIGSTOP)\nexcept OSError:\n    pass",
    "parent": "import os\nassert os.getppid() == 1",
    "group": "import os\nos.setpgid(0, 0) if os.getpgrp() != os.getpid() else None\nassert os.getpgrp() == os.getpid()",
    "names": "import os, builtins\nbuiltins.len = None\nos.environ['PATH'] = ''\nimport sys\nsys.path[:] = []",
    "files": """
import os, sys
folder = f'/work/.local/lib/python{sys.version_info[0]}.{sys.version_info[1]}/site-packages'
os.makedirs(folder)
for name in ('usercustomize', 'sitecustomize'):
    open(f'{folder}/{name}.py', 'w').write('print("caught")')
open(f'{folder}/x.pth', 'w').write('import sys; print("caught")')
""",
    "descriptors": """
import os
for fd in range(3, 1000):
    try:
        os.write(fd, b'x')
    except OSError:
        continue
    raise SystemExit(fd)
""",
}
AFTER = f"import os, sys\n{SEED}print(len('abc'), os.environ['PATH'], sys.path)\n"


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_program_cannot_reach_the_template(python: Python, attack: str) -> None:
    spec, text = (
        run_spec(),
        f"import sys\nif sys.stdin.read():\n    exec({ATTACKS[attack]!r})\nelse:\n    exec({AFTER!r})\n",
    )
    with python.opened(text, spec) as box:
        before = out(box.run(spec, stdin=b""))
        done = box.run(spec, stdin=b"attack")
        assert done.result.ok, done.stderr.text()
        assert out(box.run(spec, stdin=b"")) == before


def test_a_container_with_an_internet_socket_is_not_used_again_nor_its_template(python: Python) -> None:
    spec = run_spec()
    with python.opened(f"import socket, sys\nif sys.stdin.read():\n    socket.socket()\n{SEED}", spec) as box:
        before = out(box.run(spec, stdin=b""))
        assert out(box.run(spec, stdin=b"x")) == before
        assert out(box.run(spec, stdin=b"")) != before


def test_the_second_piece_of_work_of_the_kind_gets_a_template(python: Python) -> None:
    spec, slot = run_spec(), python.slot
    slot.work_for("somebody")
    try:
        seeds = []
        for _ in range(4):
            with python.opened(SEED, spec, runs=1) as box:
                seeds.append(out(box.run(spec, stdin=b"")))
    finally:
        slot.work_for("")
    assert seeds[0] != seeds[1] == seeds[2] == seeds[3]


def test_a_template_of_a_container_that_is_kept_reads_nothing_of_the_program_before(python: Python) -> None:
    spec, slot = run_spec(), python.slot
    slot.work_for("somebody")
    try:
        with python.opened(ATTACKS["files"], spec, runs=1) as box:
            assert box.run(spec, stdin=b"").result.ok
        with python.opened("print(1)", spec) as box:
            assert out(box.run(spec, stdin=b"")) == "1\n"
    finally:
        slot.work_for("")


LIMITED: dict[str, tuple[str, dict[str, int], Outcome]] = {
    "memory": ("x = bytearray(60 << 20)\nprint(len(x))", {}, Outcome.MEMORY_LIMIT),
    "CPU": ("while True: pass", {"cpu_time_ns": S_NS // 5}, Outcome.CPU_LIMIT),
    "wall": ("import time\ntime.sleep(60)", {"wall_time_ns": S_NS // 5}, Outcome.WALL_LIMIT),
    "output": ("while True: print('x' * 4096)", {}, Outcome.OUTPUT_LIMIT),
    "call": ("import ctypes\nctypes.CDLL(None).ptrace(0, 0, 0, 0)", {}, Outcome.SYSCALL_DENIED),
}


@pytest.mark.parametrize("what", LIMITED)
def test_a_copy_is_under_the_limits_of_a_run(python: Python, what: str) -> None:
    source, changes, outcome = LIMITED[what]
    spec = run_spec(**changes)
    with python.opened(
        f"import sys\nif sys.stdin.read():\n    print(hash('x'))\nelse:\n    exec({source!r})", spec
    ) as box:
        before = out(box.run(spec, stdin=b"x"))
        assert box.run(spec, stdin=b"").result.outcome is outcome
        assert out(box.run(spec, stdin=b"x")) == before


FORKS = """
import os, time
made = 0
try:
    while made < 50:
        if os.fork() == 0:
            time.sleep(60)
        made += 1
except OSError:
    print(made)
"""


@pytest.mark.parametrize("processes", [1, 5])
def test_a_copy_may_have_exactly_as_many_processes(python: Python, processes: int) -> None:
    done = python.run(FORKS, processes=processes)
    assert done.stdout.text() == f"{processes - 1}\n"


def test_a_copy_is_charged_the_start_that_it_was_spared(python: Python) -> None:
    usages = []
    for copied in (False, True):
        spec = run_spec()
        with python.opened("pass", spec, runs=100 if copied else 1) as box:
            done = [box.run(spec, stdin=b"") for _ in range(5)]
        usages.append([one.result.usage for one in done])
    for own, copy in zip(*(sorted(found, key=lambda usage: usage.cpu_time_ns) for found in usages), strict=True):
        assert own.spared_start_ns is None
        assert copy.spared_start_ns is not None
        assert copy.cpu_time_ns > copy.spared_start_ns > own.cpu_time_ns / 10
        assert copy.wall_time_ns > copy.spared_start_ns
        assert own.memory_peak_bytes < copy.memory_peak_bytes + MIB
        assert copy.memory_peak_bytes < own.memory_peak_bytes + 12 * MIB


def test_an_interpreter_that_imports_no_such_module_runs_nothing_as_a_template(python: Python) -> None:
    spec = msgspec.structs.replace(run_spec(), env=(*ENV, ("PYTHONNOUSERSITE", "1")))
    with python.opened(SEED, spec) as box:
        assert len({out(box.run(spec, stdin=b"")) for _ in range(2)}) == 2


def test_one_that_does_not_get_ready_is_ended(python: Python, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(template_module, "_READY_TIMEOUT_NS", 1)
    settle(python.slot)
    spec = run_spec()
    with python.opened(SEED, spec) as box:
        assert len({out(box.run(spec, stdin=b"")) for _ in range(2)}) == 2
        settle(python.slot)
        assert not templates_of(python.slot)


def test_an_interpreter_that_never_gets_ready_is_tried_three_times(
    python: Python, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = []
    start = LauncherClient.start_template

    def counted(*given: Any) -> Template | None:
        tried.append(given)
        return start(*given)

    monkeypatch.setattr(LauncherClient, "start_template", counted)
    spec = msgspec.structs.replace(run_spec(), env=(*ENV, ("PYTHONNOUSERSITE", "x")))
    for _ in range(5):
        with python.opened(SEED, spec) as box:
            out(box.run(spec, stdin=b""))
    assert len(tried) == 3


def templates_of(slot: Slot) -> list[int]:
    """Those below the zygote that are no longer copies of it."""
    return [pid for pid in children(slot.zygote.pid) if b"main.py" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def test_a_template_ends_with_its_container(python: Python) -> None:
    spec = run_spec()
    with python.opened(SEED, spec) as box:
        out(box.run(spec, stdin=b""))
        assert len(templates_of(python.slot)) == 1
    settle(python.slot)
    assert not templates_of(python.slot)


def test_a_template_ends_with_its_zygote(sandbox_rootfs: Rootfs, sandbox_state: Path, tmp_path: Path) -> None:
    folder = sandbox_state / tmp_path.name
    folder.mkdir(mode=0o755)
    with Slot.open(
        SlotConfig(index=0, state_dir=str(sandbox_state))
    ) as slot:  # that of the session has more containers
        python, spec = Python(slot, sandbox_rootfs, folder), run_spec()
        with python.opened(SEED, spec) as box:
            out(box.run(spec, stdin=b""))
            (pid,) = templates_of(slot)
            pidfd = os.pidfd_open(pid)
            os.kill(slot.zygote.pid, signal.SIGKILL)
            assert ends(pidfd)
            os.close(pidfd)
        assert out(python.run("print(1)")) == "1\n"


def test_a_template_that_died_is_the_hosts_fault_and_the_next_work_goes_on(python: Python) -> None:
    spec = run_spec()
    with pytest.raises((SandboxError, InfrastructureError)), python.opened(SEED, spec) as box:
        out(box.run(spec, stdin=b""))
        (pid,) = templates_of(python.slot)
        os.kill(pid, signal.SIGKILL)
        box.run(spec, stdin=b"")
    assert re.fullmatch(r"-?\d+\n", out(python.run(SEED)))


def test_a_template_that_stands_still_is_the_hosts_fault_too(python: Python) -> None:
    spec, patient = run_spec(wall_time_ns=S_NS // 10), run_spec()
    with pytest.raises(SandboxError, match="did not answer in time"), python.opened(SEED, patient) as box:
        out(box.run(patient, stdin=b""))
        (pid,) = templates_of(python.slot)
        os.kill(pid, signal.SIGSTOP)
        box.run(spec, stdin=b"")
    assert not templates_of(python.slot)


def test_what_waits_for_a_template_can_be_cancelled_and_the_template_then_runs_nothing_itself(python: Python) -> None:
    spec = run_spec()
    with python.opened("import time\ntime.sleep(10)", spec) as box:
        box.run(run_spec(wall_time_ns=S_NS // 10), stdin=b"")
        (pid,) = templates_of(python.slot)
        pidfd = os.pidfd_open(pid)
        os.kill(pid, signal.SIGSTOP)
        python.slot.cancel(hold=True)
        try:
            assert box.run(spec, stdin=b"").result.outcome is Outcome.CANCELLED
        finally:
            python.slot.forget_cancel()
        os.kill(pid, signal.SIGCONT)
        assert ends(pidfd)
        os.close(pidfd)


@pytest.mark.parametrize("left", ["exec sleep 1000", "sleep 1000; :"], ids=["child", "grandchild"])
def test_what_a_start_leaves_behind_is_gone_before_the_first_run(python: Python, left: str) -> None:
    # A word of warnings' makes it import a module, which opens a browser.
    strange = (("PYTHONWARNINGS", "all:0:antigravity.x:0:0"), ("BROWSER", f"/bin/sh -c '{left}' %s &"))
    spec = msgspec.structs.replace(run_spec(), env=(*ENV, *strange))
    look = "import os\nprint([pid for pid in os.listdir('/proc') if pid.isdigit() and int(pid) != os.getpid()])"
    with python.opened(look, spec) as box:
        assert out(box.run(spec, stdin=b"")) == "[]\n"


def test_a_template_that_is_handed_too_few_descriptors_copies_nothing(
    python: Python, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (template_module, templates):
        monkeypatch.setattr(module, "OPEN_FILES_MIN", 0)
    spec = run_spec(open_files=24)
    with pytest.raises(SandboxError, match="copy template"), python.opened(SEED, spec) as box:
        box.run(spec, stdin=b"")


def test_a_program_with_few_open_files_is_a_start_of_its_own(python: Python) -> None:
    spec = run_spec(open_files=24)
    asked = ContainerSpec(rootfs=python.rootfs, artifact=python.artifact(SEED), runs=100)
    with python.slot.container(asked) as box:
        assert len({out(box.run(spec, stdin=b"")) for _ in range(2)}) == 2
    assert template_of(load_language(LANGUAGES / "python3.toml"), spec) is None

"""Where the corpus is fought: the compiled programs, a slot with warm containers, and what the host must look like.

Programs are compiled here and run nowhere but inside the sandbox.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from statistics import median

import pytest

from judge.host.attack import Attack, Mode, read_attack
from judge.host.selftest import INTERPRETER
from judge.model.run import Outcome
from judge.rootfs.host_root import host_rootfs
from judge.sandbox.capture import Completed
from judge.sandbox.container import Container
from judge.sandbox.slot import Slot, SlotConfig
from judge.sandbox.spec import Collect, ContainerSpec, RunSpec
from judge.state_dir import StateDir

HERE = Path(__file__).parent
PROGRAMS = HERE / "programs"
INPUT = b"the input of every run\n"
SHELL = "/bin/bash"
COMPILERS = {
    ".c": ("/usr/bin/gcc", "-O1", "-o", "/work/out"),
    ".cpp": ("/usr/bin/g++", "-O1", "-o", "/work/out"),
    ".py": (INTERPRETER, "-B", "-m", "py_compile"),
    ".sh": (SHELL,),
}
#: What cannot hold where a plain user's only uid is that of every program (docs/explanation/sandbox.md).
SHARED_UID = {
    "priv_ids": "programs keep the user's own groups",
    "pair_user_limits": "what the kernel counts per user is counted for all slots together",
}
#: How many times slower than usual this machine is (an emulated one, say).
PATIENCE = int(os.environ.get("JUDGE_TEST_PATIENCE", "10"))
_HONEST_RUNS = 7
_OPEN_FILES_MAX = 256


def corpus() -> list[Attack]:
    """Every program of the corpus, mildest kind first: what is refused, then what is limited, then what is left."""
    attacks = [read_attack(path).patiently(PATIENCE) for path in sorted(PROGRAMS.iterdir()) if path.suffix != ".h"]
    return [attack for attack in attacks if attack.needs in ("", os.uname().machine)]


def build(target: Path) -> None:
    """Compile the C programs, two at a time, and copy the scripts; everything executable."""

    target.chmod(0o755)
    sources = [attack.path for attack in corpus() if attack.mode is not Mode.COMPILE]
    with ThreadPoolExecutor(2) as pool:
        programs = [HERE / "honest.c", *(path for path in sources if path.suffix == ".c")]
        list(pool.map(lambda source: compile_one(source, target), programs))
    for path in sources:
        if path.suffix != ".c":
            shutil.copy(path, target / path.name)
            (target / path.name).chmod(0o755)


def compile_one(source: Path, target: Path) -> Path:
    """Compile one C program into a directory."""
    out = target / source.stem
    flags = ["-static", "-O1", "-w", "-pthread", "-I", str(HERE)]
    subprocess.run(["gcc", *flags, "-o", str(out), str(source)], check=True, timeout=120)
    return out


class Arena:
    """A slot and its containers, which are kept from attack to attack. Close it with the stack it was made on."""

    def __init__(self, stack: ExitStack, state_dir: Path, artifact: Path, index: int = 0) -> None:
        self.artifact = artifact
        self.rootfs = host_rootfs(StateDir(state_dir))
        self.slot = stack.enter_context(Slot.open(SlotConfig(index=index, state_dir=str(state_dir))))
        self._stack = stack
        self._containers: dict[str, Container] = {}
        self.honest_stdout = b""
        self.honest_cpu_ns = 0

    def container(self, policy: str = "default") -> Container:
        """The warm container of a policy, made at first use."""
        if policy not in self._containers:
            spec = ContainerSpec(
                rootfs=self.rootfs, artifact=str(self.artifact), policy=policy, open_files_max=_OPEN_FILES_MAX
            )
            self._containers[policy] = self._stack.enter_context(self.slot.container(spec))
        return self._containers[policy]

    def attack(self, attack: Attack, *args: str) -> Completed:
        """Run one attack once; skips one that this user's identity cannot hold."""
        identity = self.slot.identity
        if identity.setup_uid_host == identity.program_uid_host and attack.name in SHARED_UID:
            pytest.skip(f"as a plain user on cgroup v1 {SHARED_UID[attack.name]}")
        collect = Collect(patterns=(attack.collect,)) if attack.collect else Collect()
        if attack.mode is Mode.COMPILE:
            argv = (*COMPILERS[attack.path.suffix], f"/work/{attack.path.name}")
            spec = RunSpec(argv=argv, limits=attack.limits, collect=collect)
            files = {attack.path.name: attack.path.read_bytes()}
            return self.container("compile").run(spec, stdin=INPUT, files=files)
        spec = RunSpec(argv=(*command(attack), *args), limits=attack.limits, collect=collect)
        return self.container().run(spec, stdin=INPUT if attack.has_input else None)

    def honest(self, policy: str = "default") -> Completed:
        """The honest run, under the corpus' usual limits."""
        limits = read_attack(PROGRAMS / "exit_code_255.c").patiently(PATIENCE).limits
        return self.container(policy).run(RunSpec(argv=("/artifact/honest",), limits=limits), stdin=INPUT)

    def measure(self) -> None:
        """What an honest run prints and costs before any attack."""
        runs = [self.honest() for _ in range(_HONEST_RUNS)]
        assert all(run.result.ok for run in runs), runs[0].stderr.text() or runs[0].result
        assert len({run.stdout.read() for run in runs}) == 1, "honest runs differ before any attack"
        self.honest_stdout = runs[0].stdout.read()
        self.honest_cpu_ns = int(median(run.result.usage.cpu_time_ns for run in runs))

    def assert_unharmed(self, policy: str = "default") -> None:
        """The next honest run gets its usual result, and its CPU time within a sane factor."""
        done = self.honest(policy)
        assert done.result.outcome is Outcome.EXITED, done.result
        assert done.stdout.text() == self.honest_stdout.decode()
        assert done.result.usage.cpu_time_ns < 5 * self.honest_cpu_ns + 50_000_000


def command(attack: Attack) -> tuple[str, ...]:
    """How a program of the artifact is started."""
    match attack.path.suffix:
        case ".py":
            return (INTERPRETER, "-B", f"/artifact/{attack.path.name}")
        case ".sh":
            return (SHELL, f"/artifact/{attack.path.name}")
    return (f"/artifact/{attack.name}",)

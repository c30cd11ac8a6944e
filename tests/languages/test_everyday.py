"""A hundred everyday things work in the sandbox, or the documentation says why not.

``everyday/LANGUAGE.toml`` has the things of one language. They are compiled together as the judge compiles a submission
and run one by one in one container::

    main = '...'                # starts the thing named by its argument
    files."name" = '...'        # further files
    [things.NAME]
    source = '...'              # becomes x_NAME with the language's ending
    expected = "ok"             # what it prints; this when left out
    documented = "words"        # it does not work: these words are in docs/reference/languages.md and say why
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import needs
import pytest

from judge.model.language import LanguageSpec
from judge.model.limits import Limits
from judge.model.submission import SourceFile
from judge.model.units import MIB, S_NS
from judge.sandbox.container import Container
from judge.sandbox.slot import Slot
from judge.sandbox.spec import ContainerSpec
from judge.state_dir import StateDir
from judge.toolchain.artifacts import ArtifactStore
from judge.toolchain.compile import Compiled, compile_program
from judge.toolchain.definitions import Languages
from judge.toolchain.roots import Toolchains

HERE = Path(__file__).parent / "everyday"
DOCS = (Path(__file__).parents[2] / "docs/reference/languages.md").read_text()
TABLE: dict[str, dict[str, Any]] = {path.stem: tomllib.loads(path.read_text()) for path in sorted(HERE.glob("*.toml"))}
THINGS = [
    pytest.param(language_id, name, id=f"{language_id}-{name}")
    for language_id, data in TABLE.items()
    for name in data["things"]
]
LIMITS = Limits(
    cpu_time_ns=20 * S_NS,
    cpu_time_hard_ns=20 * S_NS,
    wall_time_ns=60 * S_NS,
    memory_bytes=1024 * MIB,
    processes=128,
    stdout_bytes=64 << 10,
    stderr_bytes=64 << 10,
)


class Bench:
    """A container and the compiled things of each language, made when first asked for."""

    def __init__(self, stack: ExitStack, slot: Slot, state_dir: Path) -> None:
        self._stack = stack
        self._slot = slot
        self._languages = Languages.open()
        self._toolchains = Toolchains(StateDir(state_dir))
        self._store = ArtifactStore(state_dir / "artifacts")
        self._made: dict[str, tuple[Compiled, Container]] = {}

    def of(self, language_id: str) -> tuple[Compiled, Container]:
        """Skips, naming what is missing, where the language is not installed."""
        language = self._languages.get(language_id)
        state = self._toolchains.state(language)
        if not state.ready:
            pytest.skip(needs.language(language_id, state.missing[0]))
        if language_id not in self._made:
            toolchain = self._toolchains(language)
            files = _files(language, TABLE[language_id])
            compiled = compile_program(self._slot.container, toolchain, language, files, self._store)
            assert compiled.report.ok, compiled.report.log
            spec = ContainerSpec(rootfs=toolchain.rootfs, artifact=str(compiled.artifact))
            self._made[language_id] = compiled, self._stack.enter_context(self._slot.container(spec))
        return self._made[language_id]


def _files(language: LanguageSpec, data: dict[str, Any]) -> list[SourceFile]:
    """The main program first."""
    ending = language.extensions[0]
    main = language.source.name or f"main.{ending}"
    texts = {main: data["main"], **data.get("files", {})}
    head = "".join(f'#include "{name}"\n' for name in data.get("files", {}) if name.endswith(".h"))
    texts |= {f"x_{name}.{ending}": head + thing["source"] for name, thing in data["things"].items()}
    return [SourceFile(name=name, content=text.encode()) for name, text in texts.items()]


@pytest.fixture(scope="module")
def bench(sandbox_slot: Slot, sandbox_state: Path) -> Iterator[Bench]:
    with ExitStack() as stack:
        yield Bench(stack, sandbox_slot, sandbox_state)


@pytest.mark.parametrize(("language_id", "name"), THINGS)
def test_an_everyday_thing(language_id: str, name: str, bench: Bench) -> None:
    thing = TABLE[language_id]["things"][name]
    compiled, box = bench.of(language_id)
    done = box.run(compiled.run_spec(LIMITS, (name,)), stdin=b"the input\n")
    said = done.stdout.text().strip()
    assert said == thing.get("expected", "ok"), (said, done.stderr.text(), done.result)
    assert done.result.ok, (done.stderr.text(), done.result)


def test_the_table_is_large_and_what_does_not_work_is_documented() -> None:
    assert len(THINGS) >= 100
    reasons = {
        thing["documented"] for data in TABLE.values() for thing in data["things"].values() if "documented" in thing
    }
    assert [words for words in sorted(reasons) if words not in DOCS] == []
    assert all(
        "documented" in thing for data in TABLE.values() for thing in data["things"].values() if "expected" in thing
    )

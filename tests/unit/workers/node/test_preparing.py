"""What a worker prepares for its languages, in which order, and when it does not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from judge_workers.node.preparing import Preparer

from judge.config import LayerSettings, Settings, WorkerSettings
from judge.errors import LanguageError
from judge.model.language import LanguageSpec, Prepare
from judge.rootfs.layers import Layer, LayerKind
from judge.sandbox.container import Container
from judge.sandbox.spec import ContainerSpec
from judge.toolchain.compile import OpenContainer
from judge.toolchain.roots import Toolchains


def prepares(target: str) -> Prepare:
    return Prepare(target=target, commands=(("/usr/bin/env",),), collect=("*",))


PLAIN = LanguageSpec(id="plain", name="Plain", extensions=("a",), run=("/usr/bin/env", "{source}"))
ONE = LanguageSpec(
    id="one", name="One", extensions=("b",), run=("/usr/bin/env", "{source}"), prepare=prepares("/opt/judge/one")
)
TWO = LanguageSpec(
    id="two", name="Two", extensions=("c",), run=("/usr/bin/env", "{source}"), prepare=prepares("/opt/judge/two")
)
ALL = (PLAIN, TWO, ONE)


def fill(tree: Path) -> None:
    (tree / "header").write_bytes(b"x" * 100)


class FakeToolchains(Toolchains):
    """Prepares nothing in earnest; ``broken`` fail."""

    broken: tuple[str, ...] = ()

    def prepare(self, language: LanguageSpec, open_container: OpenContainer, bytes_max: int = 0) -> Layer | None:
        if language.id in self.broken:
            raise LanguageError(f"{language.id}: no such option")
        request = self.prepare_request(language)
        layer = Layer(kind=LayerKind.PREPARED, request=request, packages=(language.id,), architecture="")
        return self.layers.add(layer, fill)


@contextmanager
def no_container(_spec: ContainerSpec) -> Iterator[Container]:
    raise AssertionError("nothing runs here")
    yield


def settings(state: Path, *, prepare: bool = True, bytes_max: int = 4 << 30, disk_free: int = 0) -> Settings:
    return Settings(
        state_dir=str(state),
        worker=WorkerSettings(prepare=prepare, disk_free_min_bytes=disk_free),
        layers=LayerSettings(prepared_bytes_max=bytes_max),
    )


def preparer(found: Settings, *broken: str) -> Preparer:
    toolchains = FakeToolchains(found.state)
    toolchains.broken = broken
    return Preparer(found, toolchains)


def waiting(of: Preparer) -> list[str]:
    return [language.id for language in of.waiting(ALL)]


def test_each_is_prepared_in_turn_and_told(tmp_path: Path) -> None:
    ours = preparer(settings(tmp_path))
    told: list[list[str]] = []
    assert waiting(ours) == ["two", "one"]
    ours.prepare(ALL, no_container, lambda: told.append(waiting(ours)))
    assert told == [["one"], []]
    assert ours.failed(ALL) == {}


def test_what_fails_is_told_with_its_reason_and_not_tried_again_at_once(tmp_path: Path) -> None:
    ours = preparer(settings(tmp_path), "two")
    ours.prepare(ALL, no_container, lambda: None)
    assert ours.failed(ALL) == {"two": "two: no such option"}
    assert waiting(preparer(settings(tmp_path))) == []


def test_the_settings_may_say_that_nothing_is_prepared(tmp_path: Path) -> None:
    ours = preparer(settings(tmp_path, prepare=False))
    ours.prepare(ALL, no_container, lambda: None)
    assert (waiting(ours), ours.failed(ALL)) == ([], {})
    assert list(tmp_path.glob("layers/prepared-*")) == []


@pytest.mark.parametrize("limits", [{"bytes_max": 1 << 20}, {"disk_free": 1 << 60}])
def test_where_there_is_no_room_nothing_is_prepared(tmp_path: Path, limits: dict[str, int]) -> None:
    Toolchains(settings(tmp_path).state).layers.add(
        Layer(kind=LayerKind.PREPARED, request="other", packages=("other",), architecture=""),
        fill,
    )
    ours = preparer(settings(tmp_path, **limits))  # type: ignore[arg-type]
    ours.prepare(ALL, no_container, lambda: None)
    assert "no room below prepared_bytes_max" in ours.failed(ALL)["one"]


def test_what_serves_no_language_any_more_makes_room(tmp_path: Path) -> None:
    ours = preparer(settings(tmp_path))
    ours.prepare(ALL, no_container, lambda: None)
    ours.clear_up((PLAIN, ONE))
    assert waiting(ours) == ["two"]

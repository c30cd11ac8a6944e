"""Piston's names and versions of what the workers offer."""

from __future__ import annotations

from collections import Counter

from judge.gateway.dialects.piston.names import NAMES
from judge.gateway.dialects.piston.runtimes import Kind, Runtimes, runtimes_of
from judge.queue.values import LanguageCard
from judge.toolchain.definitions import Languages

CARDS = (
    LanguageCard(
        id="python3",
        name="Python",
        aliases=("python", "py", "cpython", "71"),
        extensions=("py",),
        workers=1,
        versions=("3.12.1", "3.9"),
        exact=("3.9", "3.12.1"),
    ),
    LanguageCard(
        id="cpp", name="C++", aliases=("c++", "g++", "cpp20"), extensions=("cpp",), workers=1, exact=("14.2.0",)
    ),
    LanguageCard(id="sh", name="Shell", aliases=("dash",), extensions=("sh",), workers=1, versions=("0.5.12-12",)),
    LanguageCard(id="hugs", name="Hugs", aliases=("haskell98",), extensions=("hs",), workers=2),
    LanguageCard(id="go", name="Go", aliases=("golang",), extensions=("go",)),
)
KNOWN = {"cpp": True, "python3": False, "sh": False, "hugs": False, "go": True}
RUNTIMES = runtimes_of(CARDS, KNOWN)


def found(language: str, version: str, runtimes: Runtimes = RUNTIMES) -> str:
    runtime = runtimes.find(language, version)
    return "" if runtime is None else f"{runtime.language} {runtime.version} {runtime.work_language}"


def test_the_newest_in_the_range_is_taken() -> None:
    assert found("python", "*") == found("py3", "3.x") == "python 3.12.1 python3@3.12.1"
    assert found("cpython", "3.9.x") == "python 3.9.0 python3@3.9"
    assert found("python", "2") == ""


def test_a_name_of_pistons_means_what_piston_means() -> None:
    assert found("dash", "*") == "dash 0.5.12 sh"
    assert found("sh", "*") == ""  # bash, which is not offered
    assert found("c++", "*") == "c++ 14.2.0 cpp@14.2.0"
    assert found("c++", "1.0.0") == "c++ 1.0.0 cpp"


def test_other_languages_keep_our_names() -> None:
    assert found("hugs", "*") == found("haskell98", "0.0.0") == "hugs 0.0.0 hugs"
    assert found("go", "*") == ""
    assert found("file", "*") == found("elf", "*") == "file 0.0.1 "


def test_the_packages_of_open_r1_are_served_by_what_there_is() -> None:
    assert found("c++17", "*") == "c++17 1.0.0 cpp"
    assert found("cf_python3", "1.x") == "python3 1.0.0 python3"
    assert found("cms_ioi", "*") == "cms_ioi 1.0.0 cpp"
    assert found("cf_java", "*") == ""
    runtime = RUNTIMES.find("c++17", "*")
    assert runtime is not None
    assert (runtime.kind, runtime.told) == (Kind.CODEFORCES, ("-std=gnu++17",))


def test_only_what_has_a_compiler_has_a_compile_stage() -> None:
    assert {one.language: one.compiled for one in RUNTIMES.all if one.kind is Kind.PROGRAM} == {
        "python": False,
        "c++": True,
        "dash": False,
        "hugs": False,
    }


def test_packages_are_installed_when_they_are_offered() -> None:
    packages = {(one.name, one.version): one.installed for one in RUNTIMES.packages}
    assert packages["gcc", "14.2.0"]
    assert packages["python", "3.9.0"]
    assert packages["codeforces", "1.0.0"]
    assert not packages["go", "0.0.0"]
    assert not {(one.name, one.version): one.installed for one in runtimes_of((), {}).packages}["cms_ioi", "1.0.0"]
    package = RUNTIMES.package("gcc", "14.x")
    assert package is not None
    assert package.languages == ("cpp",)
    assert RUNTIMES.package("gcc", "13.x") is None


def test_every_language_that_has_a_name_of_pistons_is_there() -> None:
    languages = {language.id: language for language in Languages.open()}
    assert NAMES.keys() <= languages.keys()
    for language in languages.values():
        words = {word for name in NAMES.get(language.id, ()) for word in (name.language, *name.aliases)}
        assert set(language.piston) <= words, language.id


def test_a_name_means_one_version_of_one_language() -> None:
    cards = [
        LanguageCard(
            id=one.id, name=one.name, aliases=one.aliases, extensions=one.extensions, workers=1, exact=("1.2.3",)
        )
        for one in Languages.open()
    ]
    runtimes = runtimes_of(cards, {})
    own = [one for one in runtimes.all if one.kind is Kind.PROGRAM]
    both = {"typescript", "javascript", "d", "csharp", "c#", "cs"}  # Piston itself has several of these
    counted = Counter(word for one in own for word in {one.language, *one.aliases})
    assert {word for word, count in counted.items() if count > 1} <= both

"""Definitions of languages: loading, faults that name file and key, finding, templates."""

from __future__ import annotations

from pathlib import Path

import pytest

from judge.errors import LanguageError
from judge.model.language import LanguageSpec
from judge.model.limits import Limits
from judge.model.units import MIB, S_NS
from judge.toolchain.definitions import (
    BUILTIN_DIR,
    Languages,
    compile_argv,
    language_limits,
    load_language,
    run_argv,
    run_environment,
    takes_compiler_arguments,
)

MINIMAL = 'name = "Toy"\nextensions = ["toy"]\nrun = ["/usr/bin/toy", "{source}"]\n'


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "toy.toml").write_text(MINIMAL)
    return tmp_path


def write(directory: Path, text: str, name: str = "bad") -> Path:
    path = directory / f"{name}.toml"
    path.write_text(text)
    return path


def test_a_definition_is_its_file(directory: Path) -> None:
    spec = load_language(directory / "toy.toml")
    assert (spec.id, spec.name, spec.run) == ("toy", "Toy", ("/usr/bin/toy", "{source}"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (MINIMAL + 'colour = "red"\n', "unknown field `colour`"),
        (MINIMAL + '[source]\nnam = "x"\n', "unknown field `nam` - at `$.source`"),
        (MINIMAL + 'judge0_ids = ["4"]\n', "at `$.judge0_ids"),
        (MINIMAL + "time_factor = 0.0\n", "time_factor: must be between"),
        (MINIMAL + 'memory_markers = [""]\n', "memory_markers: an empty marker"),
        (MINIMAL + 'shebang = "("\n', "shebang: not a regular expression"),
        (MINIMAL + 'host_files = ["/usr/share"]\n', "host_files:"),
        (MINIMAL + '[selftest]\nadds = ""\n', "selftest.adds: unknown"),
        (MINIMAL + 'compile = [["gcc"]]\n', "compile[0]: the first word must be an absolute path"),
        (MINIMAL + 'compile = [["/usr/bin/gcc", "{heap_mib}"]]\n', "compile[0]: unknown placeholder {heap_mib}"),
        (MINIMAL + 'compile = [["/usr/bin/gcc", "-x{sources}"]]\n', "must stand alone"),
        (MINIMAL + 'check = [["cc"]]\n', "check[0]: the first word must be an absolute path"),
        (
            MINIMAL + 'check = [["/usr/bin/x"]]\ncompile = [["/usr/bin/x"]]\n',
            "check: is for a language without compile",
        ),
        (MINIMAL + 'check = [["/usr/bin/x"]]\nartifact = ["x"]\n', "check: is for a language without compile"),
        (MINIMAL + '[run_env]\nX = "{nothing}"\n', "run_env.X: unknown placeholder"),
        (MINIMAL + '[prepare]\ntarget = "/usr/x"\ncommands = []\ncollect = []\n', "prepare.target"),
        (MINIMAL.replace('["toy"]', '[".toy"]'), "extensions:"),
        (MINIMAL + 'id = "other"\n', "id: 'other' must be the file's name"),
        ("name = \n", "line 1"),
        ('extends = "nothing"\n', "extends: there is no language 'nothing'"),
        ('extends = "bad"\n', "extends itself"),
        ("extends = 3\n", "extends: not a language id"),
        ('name = "x"\n', "missing required field `extensions`"),
    ],
)
def test_a_fault_names_the_file_and_the_key(directory: Path, text: str, words: str) -> None:
    path = write(directory, text)
    with pytest.raises(LanguageError) as raised:
        load_language(path)
    assert str(path) in str(raised.value)
    assert words in str(raised.value)


@pytest.mark.parametrize("given", ["compile", "check"])
@pytest.mark.parametrize("inherited", ["compile", "check"])
def test_what_one_of_compile_and_check_says_takes_the_place_of_either(
    directory: Path, inherited: str, given: str
) -> None:
    (directory / "toy.toml").write_text(MINIMAL + f'{inherited} = [["/usr/bin/base", "{{source}}"]]\n')
    spec = load_language(write(directory, f'extends = "toy"\nname = "x"\n{given} = [["/usr/bin/own"]]\n'))
    assert {"compile": spec.compile, "check": spec.check} == {"compile": (), "check": ()} | {
        given: (("/usr/bin/own",),)
    }
    assert spec.runs_first is (given == "check")
    spec = load_language(write(directory, f'extends = "toy"\nname = "x"\n{given} = []\n'))
    assert (spec.compile, spec.check, spec.runs_first) == ((), (), False)


@pytest.mark.parametrize("key", ["compile", "check"])
def test_a_file_in_front_of_a_definition_keeps_its_uses_unless_it_says_what_looks_at_the_sources(
    tmp_path: Path, directory: Path, key: str
) -> None:
    command = '[["/usr/bin/x", "{source}"]]'
    (directory / "toy.toml").write_text(MINIMAL + f'compile = {command}\nuses = "jdk"\n')
    front = tmp_path / "front"
    front.mkdir()
    own = front / "toy.toml"
    own.write_text('extends = "toy"\ntime_factor = 2.0\n')
    assert load_language(own, (front, directory)).uses == "jdk"
    own.write_text(f'extends = "toy"\n{key} = {command}\n')
    assert load_language(own, (front, directory)).uses == ""


def test_a_language_is_run_first_where_it_only_checks_and_does_not_ask_for_it_before(directory: Path) -> None:
    (directory / "toy.toml").write_text(MINIMAL + 'check = [["/usr/bin/x", "{source}"]]\n')
    assert load_language(directory / "toy.toml").runs_first
    spec = load_language(write(directory, 'extends = "toy"\nname = "x"\ncheck_first = true\n'))
    assert (spec.check, spec.runs_first) == ((("/usr/bin/x", "{source}"),), False)


def test_a_definition_takes_from_the_one_it_extends_what_it_lacks_but_no_names(directory: Path) -> None:
    base = MINIMAL + 'aliases = ["plaything"]\njudge0_ids = [999]\ntime_factor = 2.0\n'
    (directory / "toy.toml").write_text(base)
    spec = load_language(write(directory, 'extends = "toy"\nname = "Toy 2"\n', "toy2"))
    assert (spec.name, spec.extensions, spec.time_factor) == ("Toy 2", ("toy",), 2.0)
    assert (spec.aliases, spec.judge0_ids) == ((), ())


def test_a_directory_of_your_own_adds_languages_and_replaces_built_in_ones(directory: Path) -> None:
    write(directory, MINIMAL.replace("Toy", "My C"), "c")
    languages = Languages.open(str(directory))
    assert languages.get("toy").name == "Toy"
    assert languages.get("c").name == "My C"
    assert languages.get("cpp").name.startswith("C++")


def test_looking_one_language_up_reads_no_other(directory: Path) -> None:
    write(directory, "not toml at all")
    assert Languages([directory]).get("toy").id == "toy"


def test_languages_are_found_by_alias_and_number_whatever_the_case() -> None:
    languages = Languages.open()
    assert languages.get("C++").id == languages.get("54").id == languages.get("cpp").id == "cpp"
    assert languages.get("PYPY3").id == "pypy3"
    assert languages.get("Python 3").id == "python3"


def test_an_unknown_name_gets_a_hint() -> None:
    with pytest.raises(LanguageError, match=r"did you mean .*python3"):
        Languages.open().get("pythn")


@pytest.mark.parametrize(
    ("names", "first_line", "expected"),
    [
        (["a.c"], "", "c"),
        (["a.cc", "a.h"], "", "cpp"),
        (["Main.java"], "", "java"),
        (["x.py"], "", "python3"),
        (["x.py"], "#!/usr/bin/env pypy3", "pypy3"),
        (["x.sh"], "#!/bin/sh", "sh"),
        (["x.sh"], "", "bash"),
        (["notes.txt", "a.rs", "b.rs"], "", "rust"),
    ],
)
def test_a_language_is_detected_by_file_names_and_shebang(names: list[str], first_line: str, expected: str) -> None:
    assert Languages.open().detect(names, first_line).id == expected


def test_files_of_no_language_are_refused() -> None:
    with pytest.raises(LanguageError, match=r"no language has files like 'a\.unknown'"):
        Languages.open().detect(["a.unknown", "Makefile"])


def test_a_text_file_is_no_program_unless_somebody_says_so() -> None:
    languages = Languages.open()
    with pytest.raises(LanguageError, match=r"'notes\.txt': not a program .*--language text"):
        languages.detect(["notes.txt"])
    assert languages.detect(["notes.txt"], also=("c", "text")).id == "text"
    assert languages.detect(["notes.txt", "b.txt", "a.py"]).id == "python3"
    assert languages.get("text").id == "text"


def test_pascal_is_known_by_its_old_ending() -> None:
    assert Languages.open().detect(["a.p"]).id == "pascal"


def test_the_built_in_definitions_are_sound_and_many() -> None:
    languages = Languages.open()
    assert languages.problems() == []
    assert len(languages.all()) >= 60


def test_every_judge0_language_that_debian_has_is_an_alias() -> None:
    languages = Languages.open()
    not_to_be_had = {44, 49, 50, 53, 54, 83, 84, 87}  # executables, more C and C++, Swift, VB.NET, F#
    for number in set(range(43, 90)) - not_to_be_had:
        assert languages.get(str(number))


def test_problems_of_the_whole_set_are_told_together(directory: Path) -> None:
    write(directory, MINIMAL + 'aliases = ["TOY"]\n', "one")
    write(directory, "name = 3", "two")
    problems = "\n".join(Languages([directory]).problems())
    assert "alias 'toy' already means" in problems
    assert "two.toml" in problems
    assert "one: selftest.add: neither a program" in problems


def test_commands_are_filled_in_word_by_word_and_never_by_a_shell() -> None:
    spec = LanguageSpec(
        id="x",
        name="X",
        extensions=("x",),
        compile=(("/bin/cc", "-o", "{main}", "{sources}"),),
        run=("/bin/vm", "-Xmx{heap_mib}m", "{memory_mib}", "{stack_mib}", "{source}", "{unknown}"),
        run_env={"LIMIT": "{heap_mib}M"},
        memory_overhead_mib=56,
    )
    names = ["a; rm -rf ~.x", "b.x"]
    assert compile_argv(spec, names, names[0], "a") == (("/bin/cc", "-o", "a", "a; rm -rf ~.x", "b.x"),)

    limits = Limits(memory_bytes=256 * MIB)
    assert run_argv(spec, names, "b.x", "b", limits, ["one"]) == (
        "/bin/vm", "-Xmx200m", "256", "256", "/artifact/b.x", "{unknown}", "one",
    )  # fmt: skip
    assert run_environment(spec, limits) == {"LIMIT": "200M"}


def test_arguments_to_the_compiler_stand_before_the_sources_once_and_mean_nothing_to_us() -> None:
    compile = (("/bin/pre", "{artifact}"), ("/bin/cc", "-O2", "{sources}", "-lm"), ("/bin/ld", "{source}"))
    spec = LanguageSpec(
        id="x", name="X", extensions=("x",), compile=compile, artifact=("prog",), run=("{artifact}/prog",)
    )
    assert takes_compiler_arguments(spec)
    assert compile_argv(spec, ["a.x"], "a.x", "a", ("-O0", "{main}", "{sources}")) == (
        ("/bin/pre", "/artifact"),
        ("/bin/cc", "-O2", "-O0", "{main}", "{sources}", "a.x", "-lm"),
        ("/bin/ld", "a.x"),
    )


@pytest.mark.parametrize(("language", "takes"), [("c", True), ("cpp", True), ("java", True), ("python3", False)])
def test_only_compilers_that_leave_a_program_take_arguments(language: str, takes: bool) -> None:
    assert takes_compiler_arguments(Languages.open().get(language)) is takes


def test_a_heap_never_shrinks_to_nothing() -> None:
    spec = LanguageSpec(id="x", name="X", extensions=("x",), run=("/vm", "{heap_mib}"), memory_overhead_mib=100)
    assert run_argv(spec, [], "", "", Limits(memory_bytes=64 * MIB)) == ("/vm", "16")


def test_a_language_raises_limits_by_its_factor_and_its_minima() -> None:
    spec = LanguageSpec(id="x", name="X", extensions=("x",), run=("/vm",), time_factor=1.5, processes_min=100)
    limits = language_limits(spec, Limits(cpu_time_ns=2 * S_NS, cpu_time_hard_ns=3 * S_NS, processes=10))
    assert (limits.cpu_time_ns, limits.processes, limits.open_files) == (3 * S_NS, 100, 256)


def test_built_in_definitions_ship_with_the_package() -> None:
    assert (BUILTIN_DIR / "c.toml").is_file()


def test_a_file_that_extends_its_own_name_changes_the_built_in_language(tmp_path: Path) -> None:
    (tmp_path / "cpp.toml").write_text('extends = "cpp"\ncompile = [["/usr/bin/g++-13", "-o", "prog", "{sources}"]]\n')
    languages, built_in = Languages.open(str(tmp_path)), Languages.open()
    ours, theirs = languages.get("c++"), built_in.get("c++")
    assert ours.compile == (("/usr/bin/g++-13", "-o", "prog", "{sources}"),)
    assert (ours.id, ours.name, ours.aliases, ours.extensions) == (
        theirs.id,
        theirs.name,
        theirs.aliases,
        theirs.extensions,
    )
    assert languages.problems() == []


def test_what_builds_on_it_builds_on_the_changed_one(tmp_path: Path) -> None:
    base, extra = tmp_path / "base", tmp_path / "extra"
    base.mkdir()
    extra.mkdir()
    (base / "toy.toml").write_text(MINIMAL)
    (base / "toy2.toml").write_text('extends = "toy"\nname = "Toy 2"\n')
    (extra / "toy.toml").write_text('extends = "toy"\nrun = ["/usr/bin/other", "{source}"]\n')
    languages = Languages((extra, base))
    assert languages.get("toy2").run == ("/usr/bin/other", "{source}")


def test_a_fault_is_told_once_however_many_build_on_it(tmp_path: Path) -> None:
    (tmp_path / "cpp.toml").write_text('extends = "cpp"\nrun = 3\n')
    (tmp_path / "c.toml").write_text("not toml")
    found = Languages.open(str(tmp_path)).problems()
    assert sum("not toml" in line or "c.toml" in line for line in found) == 1
    assert len(found) == len(set(found))

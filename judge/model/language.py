"""What the judge knows about a language: the content of one ``languages/*.toml`` as a value."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class SelfTest(StrEnum):
    """What a language proves about itself; each is one program of the definition, or a reason why not."""

    ADD = "add"  #: reads two integers, prints their sum
    ECHO = "echo"  #: copies 1 MiB of lines from stdin to stdout
    COMPILE_ERROR = "compile_error"  #: does not compile
    EXIT_CODE = "exit_code"  #: ends with exit code 7
    BURN = "burn"  #: uses the CPU without end
    ALLOCATE = "allocate"  #: takes and touches memory without end
    CLOCK_RANDOM = "clock_random"  #: prints the Unix time in seconds and a random integer
    THREADS = "threads"  #: prints 10, the sum of what threads (or processes) 1 to 4 computed
    UTF8 = "utf8"  #: prints "naïve ∑ 日本 🎈", then a line of stdin


class SourceRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the main source file is named inside the sandbox.

    ``name``
        fixed name of a lone source ("main.c"); empty = keep the submitted name.
    ``public_class``
        each source is named after its public class (Java); the main one holds the entry point.
    ``main_pattern``
        which of several sources is the main one when none is called main: the first that this regular expression
        is found in; its time must grow linearly, since it reads what strangers send.
    ``main_suffix``, ``capitalize``
        how ``{main}`` is made of the main file's stem ("MainKt" of ``main.kt``).
    ``main_class``
        ``{main}`` of a run is the class with a main method among the compiled class files (the JVM's languages).
    ``compiled``
        globs of files that a compiler of this language makes beside sources: a submission's own are left out.
    ``verbatim``
        sources are handed over byte for byte; else without a byte order mark, in UTF-8 if they were UTF-16, and
        with lines ended by LF.
    """

    name: str = ""
    public_class: bool = False
    main_pattern: str = ""
    main_suffix: str = ""
    capitalize: bool = False
    main_class: bool = False
    compiled: tuple[str, ...] = ()
    verbatim: bool = False


class Prepare(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something made once per toolchain that later compiles and runs read: a precompiled header, class data.

    ``commands`` run in the sandbox in /work, which starts with ``files``; what ``collect`` matches is
    shown to every later container at ``target``.
    """

    target: str
    commands: tuple[tuple[str, ...], ...]
    collect: tuple[str, ...]
    files: dict[str, str] = {}


class VersionRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What another version of a language's toolchain has otherwise than the language itself; None = the same.

    ``programs``
        words of the language's commands, and what stands in their place ("/usr/bin/gcc" = "/usr/bin/gcc-11").
    ``compile_env``, ``run_env``, ``selftest``
        added to, or put in the place of, what the language has.
    """

    programs: dict[str, str] = {}
    compile: tuple[tuple[str, ...], ...] | None = None
    check: tuple[tuple[str, ...], ...] | None = None
    run: tuple[str, ...] | None = None
    interactive: tuple[str, ...] | None = None
    version_command: tuple[str, ...] | None = None
    packages: dict[str, tuple[str, ...]] | None = None
    host_files: tuple[str, ...] | None = None
    needs: tuple[str, ...] | None = None
    compile_env: dict[str, str] = {}
    run_env: dict[str, str] = {}
    selftest: dict[str, str] = {}


class LibraryRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How libraries are laid beside a language's toolchain.

    ``registry`` is "pypi" or "npm"; ``wheels`` the implementation that PyPI's wheels must be for ("cp", "pp");
    ``run_env`` variables by which a program finds them.
    """

    registry: str
    wheels: str = "cp"
    run_env: dict[str, str] = {}


class LanguageSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One language. Command templates are argv lists, never shell strings.

    ``docs/reference/languages.md`` explains each key.

    Placeholders in ``compile`` and ``run``: ``{source}`` the main source and ``{sources}`` (alone in its
    element) all of them, relative to /work in a compile, below /artifact in a run; ``{artifact}`` the
    directory the program is run from; ``{main}`` the main name without suffix. In ``run`` only:
    ``{memory_mib}`` the memory limit in MiB, ``{heap_mib}`` that minus ``memory_overhead_mib``, ``{stack_mib}``.

    ``detected`` false: file names never speak for it, it must be named.
    ``artifact_files`` are laid into the artifact, over whatever has their names: what ``run`` needs beside the program.
    ``artifact`` are globs of what a compile leaves (empty: the sources themselves are run, ``compile`` only
    checks them); ``executables`` those of them that get mode 0755. ``host_files`` are globs outside /usr
    that the host's own toolchain needs to see, ``needs`` globs of parts that no command names. ``uses`` names what the
    compiler looks for beside its own packages (:mod:`judge.toolchain.uses`); empty = that may be anything.
    ``check``: commands like those of ``compile``, and never beside them, that only look at the sources. A submission is
    run at once and they are asked when its first run fails, or before it with ``check_first``.

    ``starts_once``: how its interpreter is started once for many runs (:mod:`judge.toolchain.templates`); empty = each
    run is a start of its own.

    ``versions`` are other toolchains of the same language, by the name that is asked for after an ``@``. Each becomes
    a language of its own (:mod:`judge.toolchain.variants`), as does one with libraries: its id is ``LANGUAGE@NAME``,
    and ``layer`` the id of the layer with the libraries. A file never sets ``layer``.
    """

    id: str
    name: str
    extensions: tuple[str, ...]
    run: tuple[str, ...]
    family: str = ""
    headers: tuple[str, ...] = ()
    priority: int = 0
    detected: bool = True
    compile: tuple[tuple[str, ...], ...] = ()
    check: tuple[tuple[str, ...], ...] = ()
    check_first: bool = False
    source: SourceRule = SourceRule()
    compile_env: dict[str, str] = {}
    run_env: dict[str, str] = {}
    artifact: tuple[str, ...] = ()
    artifact_files: dict[str, str] = {}
    executables: tuple[str, ...] = ()
    prepare: Prepare | None = None
    packages: dict[str, tuple[str, ...]] = {}
    aliases: tuple[str, ...] = ()
    judge0_ids: tuple[int, ...] = ()
    piston: tuple[str, ...] = ()
    kattis: str = ""
    dmoj: tuple[str, ...] = ()
    version_command: tuple[str, ...] = ()
    interactive: tuple[str, ...] = ()
    starts_once: str = ""
    time_factor: float = 1.0
    memory_overhead_mib: int = 0
    processes_min: int = 0
    open_files_min: int = 0
    memory_markers: tuple[str, ...] = ()
    shebang: str = ""
    host_files: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    uses: str = ""
    selftest: dict[str, str] = {}
    selftest_without: dict[str, str] = {}
    versions: dict[str, VersionRule] = {}
    libraries: LibraryRule | None = None
    layer: str = ""

    @property
    def runs_first(self) -> bool:
        """A submission is run before anybody has looked at its sources."""
        return bool(self.check) and not self.check_first

    @property
    def base_id(self) -> str:
        """The id of the language that this is a version or variant of; its own where it is none."""
        return self.id.partition("@")[0]

    @property
    def variant(self) -> str:
        """What follows the ``@`` of its id; empty for a language itself."""
        return self.id.partition("@")[2]

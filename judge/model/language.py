"""What the judge knows about a language: the content of one ``languages/*.toml`` as a value."""

from __future__ import annotations

import msgspec


class SourceRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the main source file is named inside the sandbox.

    ``name``
        fixed name ("main.c"); empty = keep the submitted name.
    ``public_class``
        take the name from the public class with a ``main`` in the source (Java).
    """

    name: str = ""
    public_class: bool = False


class LanguageSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One language. Command templates are argv lists, never shell strings.

    Placeholders in ``compile`` and ``run`` argv: ``{source}`` main source, ``{sources}`` (alone in its
    element: expands to all sources), ``{artifact}`` the directory the program is run from
    (``/artifact``; while compiling the same files are in ``/work``), ``{main}`` main name without
    suffix, ``{memory_mib}`` the run's memory limit in MiB, ``{heap_mib}`` that minus
    ``memory_overhead_mib``, ``{stack_mib}``.
    """

    id: str
    name: str
    extensions: tuple[str, ...]
    run: tuple[str, ...]
    compile: tuple[tuple[str, ...], ...] = ()
    source: SourceRule = SourceRule()
    compile_env: dict[str, str] = {}
    run_env: dict[str, str] = {}
    artifact: tuple[str, ...] = ()
    executables: tuple[str, ...] = ()
    packages: dict[str, tuple[str, ...]] = {}
    aliases: tuple[str, ...] = ()
    judge0_ids: tuple[int, ...] = ()
    piston: tuple[str, ...] = ()
    kattis: str = ""
    dmoj: tuple[str, ...] = ()
    version_command: tuple[str, ...] = ()
    time_factor: float = 1.0
    memory_overhead_mib: int = 0
    processes_min: int = 0
    open_files_min: int = 0
    memory_markers: tuple[str, ...] = ()
    shebang: str = ""
    etc: tuple[str, ...] = ()
    selftest: dict[str, str] = {}

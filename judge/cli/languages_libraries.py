"""``judge languages install LANG --with NAMES``: a variant of a language with libraries, beside the language."""

from __future__ import annotations

import argparse
import re

from judge.assembly import open_slot
from judge.config import Settings
from judge.errors import UsageError
from judge.model.language import LanguageSpec
from judge.rootfs.registries import Interpreter, build_libraries
from judge.toolchain.definitions import Languages
from judge.toolchain.ranges import exact
from judge.toolchain.roots import Toolchains
from judge.toolchain.variants import Libraries, LibraryRecords, is_variant_name, variant_id
from judge.toolchain.version import Versions

#: Of a library as it is asked for: what comes after its name, and npm's scope before it.
_NOT_ITS_NAME = re.compile(r"^@[^/]*/|[@=<>~!].*$")


def asked_for(args: argparse.Namespace, languages: Languages, chosen: tuple[LanguageSpec, ...]) -> Libraries:
    """What the options ask for, without its layer yet. Raises UsageError when it cannot be."""
    if len(chosen) != 1:
        raise UsageError("--with: name one language")
    (language,) = chosen
    if language.layer:
        raise UsageError(f"--with: {language.id} has libraries already; name all of them with {language.base_id}")
    if language.libraries is None:
        others = ", ".join(spec.id for spec in languages.all() if spec.libraries)
        raise UsageError(f"--with: {language.id} takes no libraries; these do: {others}")
    libraries = tuple(sorted(set(args.libraries)))
    name = args.variant or "-".join(_NOT_ITS_NAME.sub("", library) for library in libraries).lower()
    if not is_variant_name(name) or not name[0].isalpha() or name == "x":
        raise UsageError(f"--as: {name[:80]!r} cannot name a variant; up to 48 of a-z 0-9 . _ -, a letter first")
    if any(spec.id == variant_id(language.id, name) and not spec.layer for spec in languages.variants(language)):
        raise UsageError(f"--as: {name!r} is a version of {language.id}")
    return Libraries(language=language.id, name=name, layer="", libraries=libraries, packages=())


def install_libraries(
    wanted: Libraries, language: LanguageSpec, toolchains: Toolchains, settings: Settings
) -> Libraries:
    """Make the layer and keep the variant. Raises UsageError, HostError, LanguageError (no toolchain to stand on)."""
    toolchains(language)
    python = _interpreter(language, toolchains, settings)
    layer = build_libraries(toolchains.layers, wanted.libraries, python)
    made = Libraries(
        language=wanted.language,
        name=wanted.name,
        layer=layer.id,
        libraries=wanted.libraries,
        packages=layer.packages,
    )
    LibraryRecords(settings.state.variants).record(made)
    return made


def _interpreter(language: LanguageSpec, toolchains: Toolchains, settings: Settings) -> Interpreter | None:
    if language.libraries is None or language.libraries.registry != "pypi":
        return None
    with open_slot(settings, 0) as slot:
        version = exact(Versions(settings.state, toolchains).of(language, slot.container))
    numbers = version.split(".")[:2]
    if len(numbers) < 2:
        raise UsageError(f"--with: {language.id} does not say which Python it is")
    return Interpreter(language.libraries.wheels, ".".join(numbers))

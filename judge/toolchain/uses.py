"""What compilers look for beside what their own packages brought, by name: the ``uses`` of a language's file.

A language that names one of these keeps its artifacts and what it prepared while nothing of that changes, whatever
else is installed on the host. That is sound only while a compile opens nothing else, so a name stands for two things:
the *places* where the compiler looks for what sources name, and how a source betrays that it may open any file: then
the whole root decides. A source may be taken for such a one without need; that costs a compile.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from judge.model.submission import SourceFile

_INCLUDED = rb"[\w+-]{1,99}(?:[./][\w+-]{1,99}){0,20}"

#: Where a source names a file by more than a path below the compiler's directories, or may make up such a name.
#: Every repetition is bounded: the time grows with the source's length alone.
_C_OPENS_ANYTHING = re.compile(
    rb"asm|embed|has_include|_Pragma|##|%:|\?\?|\\[ \t\r\f\v]*\n"  # assembly reads files; the others spell other words
    rb"|optimize(?![ \t]{0,9}\(?[ \t]{0,9}\"[^\n=/\\]{0,200}\n)"  # a list of options
    rb"|#(?![ \t]{0,99}(?:"
    rb"include(?:_next)?[ \t]{0,99}(?:<" + _INCLUDED + rb">|\"" + _INCLUDED + rb"\")"
    rb"|(?:define|undef|if|ifdef|ifndef|elif|else|endif|error)\b"
    rb"|pragma[ \t]{1,99}(?:once|comment|omp|GCC[ \t]{1,99}(?:optimize|target|ivdep|unroll|push_options|pop_options))\b"
    rb"))"
)

_GCC_PLACES = (
    "/usr/include/**",
    "/usr/lib/gcc/**",
    "/usr/lib/gcc-cross/**",
    "/usr/libexec/gcc/**",
    "/usr/*-linux-*/**",
    "/usr/lib/specs",
    *(f"/usr/{lib}/{name}" for lib in ("lib", "lib64", "lib/*-linux-*") for name in ("*.a", "*.o", "*.so", "specs")),
    *(f"/usr/lib/*-linux-*/{version}/**" for version in ("?", "??")),
)

_JDK_PLACES = ("/usr/lib/jvm/**",)
_JAR_PLACES = (*_JDK_PLACES, "/usr/share/java/**")


@dataclass(frozen=True)
class Used:
    """``places`` as in :class:`judge.rootfs.host_uses.Uses`; ``opens_anything`` finds the sources that may."""

    places: tuple[str, ...]
    opens_anything: re.Pattern[bytes] | None = None


#: Sources: the GCC manual, "Environment Variables Affecting GCC" and ``gcc -print-search-dirs``; that of Clang,
#: "Driver internals"; javac(1): without a class path it reads the working directory and the JDK.
USES: dict[str, Used] = {
    "gcc": Used(_GCC_PLACES, _C_OPENS_ANYTHING),
    "clang": Used((*_GCC_PLACES, "/usr/lib/llvm*/**", "/usr/lib/clang/**", "/etc/clang/**"), _C_OPENS_ANYTHING),
    "jdk": Used(_JDK_PLACES),
    "jars": Used(_JAR_PLACES),
    "groovy": Used(_JAR_PLACES, re.compile(b"")),  # an annotation may run any code while it is compiled
}


def reads_only_its_uses(used: str, files: Sequence[SourceFile], arguments: Sequence[str] = ()) -> bool:
    """Whether compiling these files opens nothing but what the language's ``uses`` says.

    ``arguments`` are the author's to the compiler, and so are those in a file whose name begins with ``@``.
    """
    known = USES.get(used)
    if known is None or arguments or any(file.name.startswith("@") for file in files):
        return False
    pattern = known.opens_anything
    return pattern is None or not any(pattern.search(file.content) for file in files)

"""What Piston calls the languages that this judge has, and the packages that Open-R1 adds to it. Data.

A language that Piston does not know keeps our own name and aliases.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PistonName:
    """``runtime``: the package, where that has another name than the language; empty = the same."""

    language: str
    aliases: tuple[str, ...] = ()
    runtime: str = ""


_DOTNET_CSHARP = ("csharp", "c#", "cs", "c#.net", "cs.net", "c#-dotnet", "cs-dotnet", "csharp-dotnet", "dotnet-c#",
                  "dotnet-cs", "dotnet-csharp")  # fmt: skip
_MONO_CSHARP = ("mono", "mono-csharp", "mono-c#", "mono-cs")

#: By our ids.
NAMES: dict[str, tuple[PistonName, ...]] = {
    "ada": (PistonName("ada"),),
    "awk": (PistonName("awk", ("gawk",), "gawk"),),
    "bash": (PistonName("bash", ("sh",)),),
    "brainfuck": (PistonName("brainfuck", ("bf",)),),
    "bun": (PistonName("typescript", ("bun-ts",), "bun"), PistonName("javascript", ("bun", "bun-js"), "bun")),
    "c": (PistonName("c", ("gcc",), "gcc"),),
    "clojure": (PistonName("clojure", ("clj",)),),
    "cobol": (PistonName("cobol", ("cob",)),),
    "coffeescript": (PistonName("coffeescript", ("coffee",)),),
    "cpp": (PistonName("c++", ("cpp", "g++"), "gcc"),),
    "crystal": (PistonName("crystal", ("cr",)),),
    "csharp": (
        PistonName("csharp", (*_MONO_CSHARP, "c#", "cs"), "mono"),
        PistonName("csharp.net", _DOTNET_CSHARP, "mono"),
    ),
    "d": (PistonName("d", ("dlang", "ldc")),),
    "gdc": (PistonName("d", ("gdc",), "gcc"),),
    "deno": (PistonName("typescript", ("deno", "deno-ts"), "deno"), PistonName("javascript", ("deno-js",), "deno")),
    "elisp": (PistonName("emacs", ("el", "elisp")),),
    "elixir": (PistonName("elixir", ("exs",)),),
    "erlang": (PistonName("erlang", ("erl", "escript")),),
    "forth": (PistonName("forth", ("gforth",)),),
    "fortran": (PistonName("fortran", ("fortran", "f90"), "gcc"),),
    "go": (PistonName("go", ("go", "golang")),),
    "groovy": (PistonName("groovy", ("groovy", "gvy")),),
    "haskell": (PistonName("haskell", ("haskell", "hs")),),
    "java": (PistonName("java"),),
    "javascript": (PistonName("javascript", ("node-javascript", "node-js", "javascript", "js"), "node"),),
    "kotlin": (PistonName("kotlin", ("kt",)),),
    "lisp": (PistonName("lisp", ("lisp", "cl", "sbcl", "commonlisp")),),
    "lua": (PistonName("lua"),),
    "nasm": (PistonName("nasm64", ("asm64",), "nasm"), PistonName("nasm", ("asm", "nasm32"), "nasm")),
    "nim": (PistonName("nim"),),
    "ocaml": (PistonName("ocaml", ("ocaml", "ml")),),
    "octave": (PistonName("octave", ("matlab", "m")),),
    "pascal": (PistonName("pascal", ("freepascal", "pp", "pas")),),
    "perl": (PistonName("perl", ("pl",)),),
    "php": (PistonName("php"),),
    "prolog": (PistonName("prolog", ("plg",)),),
    "python3": (PistonName("python", ("py", "py3", "python3")),),
    "jython": (PistonName("python2", ("py2", "python2")),),
    "r": (PistonName("rscript", ("r",)),),
    "racket": (PistonName("racket", ("rkt",)),),
    "raku": (PistonName("raku", ("raku", "rakudo", "perl6", "p6", "pl6")),),
    "ruby": (PistonName("ruby", ("ruby3", "rb")),),
    "rust": (PistonName("rust", ("rs",)),),
    "scala": (PistonName("scala", ("sc",)),),
    "sh": (PistonName("dash", ("dash",)),),
    "sqlite": (PistonName("sqlite3", ("sqlite", "sql")),),
    "typescript": (PistonName("typescript", ("ts", "node-ts", "tsc")),),
    "zig": (PistonName("zig"),),
}

#: Runs a file that comes with the job.
FILE = PistonName("file", ("executable", "elf", "binary"))
FILE_VERSION = "0.0.1"

#: The version that both packages of Open-R1 have.
OPEN_R1_VERSION = "1.0.0"

#: The package for problems of the IOI.
IOI = PistonName("cms_ioi", ("cms", "ioi"))

CODEFORCES = "codeforces"


@dataclass(frozen=True)
class CodeforcesName:
    """A language of the package for problems of Codeforces. ``languages``: ours that may serve it, the best first, with
    what the compiler is told then."""

    language: str
    aliases: tuple[str, ...]
    languages: tuple[tuple[str, tuple[str, ...]], ...]


def _cpp(standard: str, own: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return ((own, ()), ("cpp", (f"-std=gnu++{standard}",)))


CODEFORCES_NAMES = (
    CodeforcesName("c++", ("GNU C++", "cf_c++"), (("cpp", ()),)),
    CodeforcesName("c++0x", ("GNU C++0x", "cf_c++0x"), _cpp("11", "cpp11")),
    CodeforcesName("c++11", ("GNU C++11", "cf_c++11"), _cpp("11", "cpp11")),
    CodeforcesName("c++14", ("C++14 (GCC 6-32)", "cf_c++14"), _cpp("14", "cpp14")),
    CodeforcesName(
        "c++17", ("C++17 (GCC 7-32)", "C++17 (GCC 9-64)", "cf_c++17", "cf_c++17-32", "cf_c++17-64"), _cpp("17", "cpp17")
    ),
    CodeforcesName(
        "c++20", ("C++20 (GCC 11-64)", "C++20 (GCC 13-64)", "cf_c++20", "cf_c++20-11", "cf_c++20-13"), (("cpp", ()),)
    ),
    CodeforcesName("python3", ("Python 3", "cf_python3"), (("python3", ()),)),
    CodeforcesName("kotlin", ("Kotlin 1.4", "cf_kotlin"), (("kotlin", ()),)),
    CodeforcesName("java", ("Java 17", "cf_java"), (("java", ()),)),
)

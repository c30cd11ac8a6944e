"""The numbers by which Judge0's clients name languages: those of its last release and those of the hosted service."""

from __future__ import annotations

from typing import NamedTuple


class LanguageId(NamedTuple):
    """``name`` and ``source_file`` are what clients have in their code and show. ``compiled``: it has a compile
    command, so that what does not compile is no run that failed."""

    id: int
    name: str
    source_file: str
    compiled: bool = False


#: A zip file with its own scripts, and a program that is there already.
MULTI_FILE, EXECUTABLE = 89, 44

#: Up to this one they were archived before: no compiler of ours is meant by them.
ARCHIVED_LAST = 42

_Row = LanguageId

_ROWS = (
    _Row(1, "Bash (4.4)", "script.sh"),
    _Row(2, "Bash (4.0)", "script.sh"),
    _Row(3, "Basic (fbc 1.05.0)", "main.bas", compiled=True),
    _Row(4, "C (gcc 7.2.0)", "main.c", compiled=True),
    _Row(5, "C (gcc 6.4.0)", "main.c", compiled=True),
    _Row(6, "C (gcc 6.3.0)", "main.c", compiled=True),
    _Row(7, "C (gcc 5.4.0)", "main.c", compiled=True),
    _Row(8, "C (gcc 4.9.4)", "main.c", compiled=True),
    _Row(9, "C (gcc 4.8.5)", "main.c", compiled=True),
    _Row(10, "C++ (g++ 7.2.0)", "main.cpp", compiled=True),
    _Row(11, "C++ (g++ 6.4.0)", "main.cpp", compiled=True),
    _Row(12, "C++ (g++ 6.3.0)", "main.cpp", compiled=True),
    _Row(13, "C++ (g++ 5.4.0)", "main.cpp", compiled=True),
    _Row(14, "C++ (g++ 4.9.4)", "main.cpp", compiled=True),
    _Row(15, "C++ (g++ 4.8.5)", "main.cpp", compiled=True),
    _Row(16, "C# (mono 5.4.0.167)", "Main.cs", compiled=True),
    _Row(17, "C# (mono 5.2.0.224)", "Main.cs", compiled=True),
    _Row(18, "Clojure (1.8.0)", "main.clj"),
    _Row(19, "Crystal (0.23.1)", "main.cr", compiled=True),
    _Row(20, "Elixir (1.5.1)", "main.exs"),
    _Row(21, "Erlang (OTP 20.0)", "main.erl"),
    _Row(22, "Go (1.9)", "main.go", compiled=True),
    _Row(23, "Haskell (ghc 8.2.1)", "main.hs", compiled=True),
    _Row(24, "Haskell (ghc 8.0.2)", "main.hs", compiled=True),
    _Row(25, "Insect (5.0.0)", "main.ins"),
    _Row(26, "Java (OpenJDK 9 with Eclipse OpenJ9)", "Main.java", compiled=True),
    _Row(27, "Java (OpenJDK 8)", "Main.java", compiled=True),
    _Row(28, "Java (OpenJDK 7)", "Main.java", compiled=True),
    _Row(29, "JavaScript (nodejs 8.5.0)", "main.js"),
    _Row(30, "JavaScript (nodejs 7.10.1)", "main.js"),
    _Row(31, "OCaml (4.05.0)", "main.ml", compiled=True),
    _Row(32, "Octave (4.2.0)", "file.m"),
    _Row(33, "Pascal (fpc 3.0.0)", "main.pas", compiled=True),
    _Row(34, "Python (3.6.0)", "main.py"),
    _Row(35, "Python (3.5.3)", "main.py"),
    _Row(36, "Python (2.7.9)", "main.py"),
    _Row(37, "Python (2.6.9)", "main.py"),
    _Row(38, "Ruby (2.4.0)", "main.rb"),
    _Row(39, "Ruby (2.3.3)", "main.rb"),
    _Row(40, "Ruby (2.2.6)", "main.rb"),
    _Row(41, "Ruby (2.1.9)", "main.rb"),
    _Row(42, "Rust (1.20.0)", "main.rs", compiled=True),
    _Row(43, "Plain Text", "text.txt"),
    _Row(44, "Executable", "a.out"),
    _Row(45, "Assembly (NASM 2.14.02)", "main.asm", compiled=True),
    _Row(46, "Bash (5.0.0)", "script.sh"),
    _Row(47, "Basic (FBC 1.07.1)", "main.bas", compiled=True),
    _Row(48, "C (GCC 7.4.0)", "main.c", compiled=True),
    _Row(49, "C (GCC 8.3.0)", "main.c", compiled=True),
    _Row(50, "C (GCC 9.2.0)", "main.c", compiled=True),
    _Row(51, "C# (Mono 6.6.0.161)", "Main.cs", compiled=True),
    _Row(52, "C++ (GCC 7.4.0)", "main.cpp", compiled=True),
    _Row(53, "C++ (GCC 8.3.0)", "main.cpp", compiled=True),
    _Row(54, "C++ (GCC 9.2.0)", "main.cpp", compiled=True),
    _Row(55, "Common Lisp (SBCL 2.0.0)", "script.lisp"),
    _Row(56, "D (DMD 2.089.1)", "main.d", compiled=True),
    _Row(57, "Elixir (1.9.4)", "script.exs"),
    _Row(58, "Erlang (OTP 22.2)", "main.erl"),
    _Row(59, "Fortran (GFortran 9.2.0)", "main.f90", compiled=True),
    _Row(60, "Go (1.13.5)", "main.go", compiled=True),
    _Row(61, "Haskell (GHC 8.8.1)", "main.hs", compiled=True),
    _Row(62, "Java (OpenJDK 13.0.1)", "Main.java", compiled=True),
    _Row(63, "JavaScript (Node.js 12.14.0)", "script.js"),
    _Row(64, "Lua (5.3.5)", "script.lua", compiled=True),
    _Row(65, "OCaml (4.09.0)", "main.ml", compiled=True),
    _Row(66, "Octave (5.1.0)", "script.m"),
    _Row(67, "Pascal (FPC 3.0.4)", "main.pas", compiled=True),
    _Row(68, "PHP (7.4.1)", "script.php"),
    _Row(69, "Prolog (GNU Prolog 1.4.5)", "main.pro", compiled=True),
    _Row(70, "Python (2.7.17)", "script.py"),
    _Row(71, "Python (3.8.1)", "script.py"),
    _Row(72, "Ruby (2.7.0)", "script.rb"),
    _Row(73, "Rust (1.40.0)", "main.rs", compiled=True),
    _Row(74, "TypeScript (3.7.4)", "script.ts", compiled=True),
    _Row(75, "C (Clang 7.0.1)", "main.c", compiled=True),
    _Row(76, "C++ (Clang 7.0.1)", "main.cpp", compiled=True),
    _Row(77, "COBOL (GnuCOBOL 2.2)", "main.cob", compiled=True),
    _Row(78, "Kotlin (1.3.70)", "Main.kt", compiled=True),
    _Row(79, "Objective-C (Clang 7.0.1)", "main.m", compiled=True),
    _Row(80, "R (4.0.0)", "script.r"),
    _Row(81, "Scala (2.13.2)", "Main.scala", compiled=True),
    _Row(82, "SQL (SQLite 3.27.2)", "script.sql"),
    _Row(83, "Swift (5.2.3)", "Main.swift", compiled=True),
    _Row(84, "Visual Basic.Net (vbnc 0.0.0.5943)", "Main.vb", compiled=True),
    _Row(85, "Perl (5.28.1)", "script.pl"),
    _Row(86, "Clojure (1.10.1)", "main.clj"),
    _Row(87, "F# (.NET Core SDK 3.1.202)", "script.fsx"),
    _Row(88, "Groovy (3.0.3)", "script.groovy", compiled=True),
    _Row(89, "Multi-file program", ""),
    _Row(90, "Dart (2.19.2)", "main.dart", compiled=True),
    _Row(91, "Java (JDK 17.0.6)", "Main.java", compiled=True),
    _Row(92, "Python (3.11.2)", "script.py"),
    _Row(93, "JavaScript (Node.js 18.15.0)", "script.js"),
    _Row(94, "TypeScript (5.0.3)", "script.ts", compiled=True),
    _Row(95, "Go (1.18.5)", "main.go", compiled=True),
    _Row(96, "JavaFX (JDK 17.0.6, OpenJFX 22.0.2)", "Main.java", compiled=True),
    _Row(97, "JavaScript (Node.js 20.17.0)", "script.js"),
    _Row(98, "PHP (8.3.11)", "script.php"),
    _Row(99, "R (4.4.1)", "script.r"),
    _Row(100, "Python (3.12.5)", "script.py"),
    _Row(101, "TypeScript (5.6.2)", "script.ts", compiled=True),
    _Row(102, "JavaScript (Node.js 22.08.0)", "script.js"),
    _Row(103, "C (GCC 14.1.0)", "main.c", compiled=True),
    _Row(104, "C (Clang 18.1.8)", "main.c", compiled=True),
    _Row(105, "C++ (GCC 14.1.0)", "main.cpp", compiled=True),
    _Row(106, "Go (1.22.0)", "main.go", compiled=True),
    _Row(107, "Go (1.23.5)", "main.go", compiled=True),
    _Row(108, "Rust (1.85.0)", "main.rs", compiled=True),
    _Row(109, "Python (3.13.2)", "script.py"),
    _Row(110, "C (Clang 19.1.7)", "main.c", compiled=True),
    _Row(111, "Kotlin (2.1.10)", "Main.kt", compiled=True),
    _Row(112, "Scala (3.4.2)", "Main.scala", compiled=True),
    _Row(113, "Python (3.14.0)", "script.py"),
)

#: All of them by number.
LANGUAGE_IDS = {row.id: row for row in _ROWS}

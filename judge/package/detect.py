"""Which language files are in: by their names, and by what the source says where two languages share an ending.

:func:`detect_by_names` chooses among the definitions; :func:`detect_by_content` comes before it for Prolog (Perl's
ending) and Python 2 (Python 3's).
"""

from __future__ import annotations

import io
import re
import tokenize
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import pairwise

from judge.errors import UnknownLanguage
from judge.kernel.files import open_resolved
from judge.model.language import LanguageSpec
from judge.package.files.file_names import ending

_BYTES_MAX = 1 << 20

#: A clause of Prolog at the beginning of a line, which is no Perl.
_PROLOG_CLAUSE = re.compile(rb"^(?:[a-z]\w*(?:\([^\n]*\))?[ \t]*)?:-(?:[ \t\r]|$|[a-z])", re.MULTILINE)
#: Python 2's shebang decides before anything else; what is worth a closer look otherwise.
_PYTHON2_HINT = re.compile(rb"\bprint[ \t]+[\w\"'%]|\braw_input[ \t]*\(|\bxrange[ \t]*\(")
_GONE = ("raw_input", "xrange")
#: Words that may follow the name ``print`` in an expression of Python 3.
_OPERATORS = frozenset({"if", "else", "and", "or", "in", "is", "not", "for", "as"})


def detect_by_names(
    languages: Collection[LanguageSpec], names: Sequence[str], first_line: str = "", also: Collection[str] = ()
) -> LanguageSpec:
    """The language of files with these names: most files matched wins, then a matching shebang, then priority, then id.

    ``first_line`` is that of the first file. ``also``: ids of languages that may be meant although file names alone do
    not mean them. Raises UnknownLanguage.
    """
    endings = Counter(name.rsplit(".", 1)[-1] for name in names if "." in name)
    ranked = [
        (sum(endings[e] for e in spec.extensions), _shebang_fits(spec, first_line), spec.priority, spec)
        for spec in languages
        if spec.detected or not {spec.id, *spec.aliases}.isdisjoint(also)
    ]
    best = max(ranked, key=lambda entry: (*entry[:3], [-ord(c) for c in entry[3].id]), default=None)
    if best is None or best[0] == 0:
        some = ", ".join(repr(name[:64]) for name in names[:3])
        named = next((spec for spec in languages if not endings.keys().isdisjoint(spec.extensions)), None)
        if named is not None:
            raise UnknownLanguage(f"{some}: not a program ({named.name}; --language {named.id} takes it as one)")
        raise UnknownLanguage(f"no language has files like {some}")
    return best[3]


def _shebang_fits(spec: LanguageSpec, first_line: str) -> bool:
    return bool(spec.shebang and first_line.startswith("#!") and re.search(spec.shebang, first_line))


def detect_by_content(files: Iterable[tuple[str, str]]) -> str:
    """What one of these (name, host path) sources says, prolog or python2; empty = the names decide."""
    for name, path in files:
        last = ending(name)
        if last in ("pl", "py"):
            with open(path, "rb", opener=open_resolved) as source:
                text = source.read(_BYTES_MAX)
            if last == "pl" and _PROLOG_CLAUSE.search(text):
                return "prolog"
            if last == "py" and _is_python2(text):
                return "python2"
    return ""


def _is_python2(text: bytes) -> bool:
    """Whether a source cannot be meant for Python 3: print statements, or raw_input and xrange that it does not define.

    A shebang of Python 3 or PyPy is believed.
    """
    first = text.split(b"\n", 1)[0]
    if not _PYTHON2_HINT.search(text) or (first.startswith(b"#!") and re.search(rb"python3|pypy3", first)):
        return False
    called, defined, before = set(), set(), "\n"
    for (kind, word), (next_kind, next_word) in pairwise(_tokens(text)):
        begins = before in ("\n", ";", ":")
        if kind == tokenize.NAME and word == "print" and begins:
            if next_kind in (tokenize.STRING, tokenize.NUMBER):
                return True
            if next_kind == tokenize.NAME and next_word not in _OPERATORS:
                return True
        if word in _GONE:
            if next_word == "(" and before not in ("def", "."):
                called.add(word)
            else:
                defined.add(word)
        before = word
    return bool(called - defined)


def _tokens(text: bytes) -> Iterator[tuple[int, str]]:
    """Kind and text of the tokens, as far as the source can be read; line ends are "\\n", indentation is left out."""
    try:
        for token in tokenize.tokenize(io.BytesIO(text).readline):
            if token.type in (tokenize.NEWLINE, tokenize.NL, tokenize.COMMENT):
                yield token.type, "\n"
            elif token.type not in (tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING):
                yield token.type, token.string
    except (tokenize.TokenError, SyntaxError, ValueError):
        return

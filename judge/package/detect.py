"""Languages that share a file ending with a commoner one and are told by what the source says: Prolog, Python 2."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterable, Iterator
from itertools import pairwise

from judge.kernel.files import open_resolved
from judge.package.files.file_names import ending

_BYTES_MAX = 1 << 20

#: A clause of Prolog at the beginning of a line, which is no Perl.
_PROLOG_CLAUSE = re.compile(rb"^(?:[a-z]\w*(?:\([^\n]*\))?[ \t]*)?:-(?:[ \t\r]|$|[a-z])", re.MULTILINE)
#: Python 2's shebang decides before anything else; what is worth a closer look otherwise.
_PYTHON2_HINT = re.compile(rb"\bprint[ \t]+[\w\"'%]|\braw_input[ \t]*\(|\bxrange[ \t]*\(")
_GONE = ("raw_input", "xrange")
#: Words that may follow the name ``print`` in an expression of Python 3.
_OPERATORS = frozenset({"if", "else", "and", "or", "in", "is", "not", "for", "as"})


def spoken_language(files: Iterable[tuple[str, str]]) -> str:
    """What one of these (name, host path) sources says, prolog or python2; empty = the names will tell."""
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

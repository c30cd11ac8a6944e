"""Two students' programs side by side, what is alike in both marked: a self-contained page. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from judge.gradebook.similar.pairs import Pair, Text
from judge.text import printable, safe_text

_STYLE = """
:root { color-scheme: light dark; --page: #fff; --text: #1f2328; --soft: #8881; --mark: #fff3b0; }
@media (prefers-color-scheme: dark) { :root { --page: #0d1117; --text: #e6edf3; --mark: #6e5800; } }
body { background: var(--page); color: var(--text); font: 15px/1.45 system-ui, sans-serif; margin: 1rem; }
h1 { font-size: 1.2rem; } h2 { font-size: 1rem; overflow-wrap: anywhere; }
.two { display: grid; grid-template-columns: 1fr 1fr; gap: 0 1rem; } .two > div { min-width: 0; }
pre { background: var(--soft); border-radius: 4px; padding: .5rem; white-space: pre-wrap; overflow-wrap: anywhere; }
mark { background: var(--mark); color: inherit; }
@media (max-width: 50rem) { .two { display: block; } }
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'"
_TEXT_BYTES_MAX = 1 << 20


def side_by_side(pair: Pair) -> str:
    """The whole page."""
    title = f"{pair.first} ({pair.first_share:.0%}) and {pair.second} ({pair.second_share:.0%})"
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">',
        f"<title>{_line(title)}</title><style>{_STYLE}</style></head><body>",
        f"<h1>{_line(title)}</h1>",
        *_files(pair),
        "</body></html>",
    ]
    return "\n".join(parts) + "\n"


def _files(pair: Pair) -> Iterator[str]:
    for alike in pair.files:
        yield '<div class="two">'
        for key, text, spans in (
            (pair.first, alike.first, alike.first_spans),
            (pair.second, alike.second, alike.second_spans),
        ):
            yield f"<div><h2>{_line(key)}: {_line(text.name)}</h2><pre>{''.join(_pieces(text, spans))}</pre></div>"
        yield "</div>"


def _pieces(text: Text, spans: Iterable[tuple[int, int]]) -> Iterator[str]:
    at = 0
    for begin, end in spans:
        begin, end = max(at, begin), min(len(text.text), end)
        if end <= begin:
            continue
        yield _code(text.text[at:begin])
        yield f"<mark>{_code(text.text[begin:end])}</mark>"
        at = end
    yield _code(text.text[at:])


def _code(text: str) -> str:
    return escape(safe_text(text.encode("utf-8", "replace"), _TEXT_BYTES_MAX))


def _line(text: str) -> str:
    return escape(printable(text, 200))

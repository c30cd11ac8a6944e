"""HTML that a converter made of somebody's statement becomes HTML that may stand in a page of ours.

Only what these lists name stays: no script, style, form, frame or handler, no ``class``, and of addresses only links to
other pages, to places in the statement itself, and pictures that are the package's own.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import unquote

import nh3

#: Before each ``id`` of a statement, so that it cannot stand for one of the page.
ID_PREFIX = "statement-"

_HTML = frozenset(
    {
        "a", "abbr", "b", "blockquote", "br", "caption", "cite", "code", "col", "colgroup", "dd", "del", "dfn", "div",
        "dl", "dt", "em", "figcaption", "figure", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "kbd", "li",
        "mark", "ol", "p", "pre", "q", "s", "samp", "small", "span", "strong", "sub", "sup", "table", "tbody", "td",
        "tfoot", "th", "thead", "tr", "u", "ul", "var",
    }
)  # fmt: skip

#: MathML Core without what holds HTML or leads anywhere.
_MATH = frozenset(
    {
        "math", "menclose", "merror", "mfrac", "mi", "mmultiscripts", "mn", "mo", "mover", "mpadded", "mphantom",
        "mprescripts", "mroot", "mrow", "ms", "mspace", "msqrt", "mstyle", "msub", "msubsup", "msup", "mtable", "mtd",
        "mtext", "mtr", "munder", "munderover", "none", "semantics",
    }
)  # fmt: skip

_MATH_ATTRIBUTES = frozenset(
    {
        "accent", "accentunder", "columnalign", "columnspan", "display", "displaystyle", "fence", "form", "height",
        "largeop", "linethickness", "lspace", "mathvariant", "maxsize", "minsize", "movablelimits", "notation",
        "rowspan", "rspace", "scriptlevel", "separator", "stretchy", "symmetric", "width", "xmlns",
    }
)  # fmt: skip

_ATTRIBUTES: dict[str, set[str]] = {
    "*": {"id", "dir", "lang"},
    "a": {"href", "title"},
    "img": {"src", "alt", "title"},
    "ol": {"start", "type", "reversed"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
} | {tag: set(_MATH_ATTRIBUTES) for tag in _MATH}

#: These go with all that is in them: what TeX a formula was, and what a browser would not show as text anyway.
_WITHOUT_CONTENT = frozenset({"annotation", "annotation-xml", "iframe", "noscript", "script", "style", "template"})


def sanitized(html: str, picture: Callable[[str], str | None]) -> str:
    """The fragment, safe to stand in a page. ``picture``: the address of a picture that the statement names, None =
    the package has none of that name."""

    def address(tag: str, name: str, value: str) -> str | None:
        match tag, name:
            case "img", "src":
                return picture(unquote(value))
            case "a", "href":
                if value.startswith("#"):
                    return f"#{ID_PREFIX}{value[1:]}"
                return value if value.startswith(("https://", "http://", "mailto:")) else None
            case _, "src" | "href":
                return None
        return value

    return nh3.clean(
        html,
        tags=set(_HTML | _MATH),
        clean_content_tags=set(_WITHOUT_CONTENT),
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        attribute_filter=address,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
        id_prefix=ID_PREFIX,
    )

"""Of a hostile statement's HTML nothing is left that could act, load or lead anywhere unwanted."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from judge.gateway.statements.sanitize import sanitized

OURS = "/api/v1/packages/sha256%3A0/file?name=fig.png"


def picture(source: str) -> str | None:
    return OURS if source == "fig.png" else None


class _Reader(HTMLParser):
    """All tags and attributes, also those that a browser would find."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]


def check_harmless(html: str) -> None:
    reader = _Reader()
    reader.feed(html)
    assert not set(reader.tags) & {
        "script", "style", "iframe", "object", "embed", "form", "input", "button", "base", "meta", "link", "svg",
        "foreignobject", "annotation-xml", "template", "audio", "video", "source", "h1", "title", "noscript",
    }  # fmt: skip
    for tag, name, value in reader.attributes:
        assert not name.startswith("on")
        assert name not in ("style", "class", "name", "srcset", "action", "formaction", "xlink:href", "target", "ping")
        if name in ("href", "src"):
            assert value == OURS or (tag == "a" and re.match(r"https?://|mailto:|#statement-", value)), value
        if name == "id":
            assert value.startswith("statement-")


HOSTILE = (
    "<script>alert(1)</script>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src=x onerror=alert(1)>",
    '<img src="https://evil.example/pixel.png">',
    '<img src="//evil.example/pixel.png"><img srcset="https://evil.example/1 2x">',
    '<img src="data:image/svg+xml;base64,PHN2Zz4=">',
    '<a href="javascript:alert(1)">x</a>',
    '<a href=" java&#10;script:alert(1)">x</a>',
    '<a href="&#106;avascript:alert(1)">x</a>',
    '<a href="data:text/html,<script>1</script>">x</a>',
    '<a href="/api/v1/keys">x</a><a href="//evil.example">y</a>',
    "<svg><script>alert(1)</script><animate onbegin=alert(1)></svg>",
    "<svg><style><!--</style><img title='--><img src=1 onerror=alert(1)>'>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<math><annotation-xml encoding='text/html'><img src=x onerror=alert(1)></annotation-xml></math>",
    "<math href='javascript:alert(1)'><mi xlink:href='javascript:alert(1)'>x</mi></math>",
    "<math><maction actiontype='statusline#javascript:alert(1)'>x</maction></math>",
    "<form action=/api/v1/keys method=post><input name=a><button formaction=x>b</button></form>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe><object data=x></object><embed src=x>",
    "<base href=https://evil.example/><meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<link rel=stylesheet href=https://evil.example/x.css><style>@import 'https://evil.example'</style>",
    "<p style='background:url(https://evil.example)' class=button id=content>x</p>",
    "<template><script>alert(1)</script></template><noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<video src=x onerror=alert(1)><source src=https://evil.example></video><audio src=x></audio>",
    "<!--[if IE]><script>alert(1)</script><![endif]--><?xml version='1.0'?>",
    "<a id=location name=cookie href='#x'>x</a>",
)


@pytest.mark.parametrize("html", HOSTILE)
def test_what_could_act_is_gone(html: str) -> None:
    check_harmless(sanitized(html, picture))


@settings(deadline=None, max_examples=300)
@example(["<math>", "<mtext>", "<style>", "<img src=x onerror=1>"])
@given(
    st.lists(
        st.sampled_from([*HOSTILE, "<math>", "</math>", "<mtext>", "<table>", "<!--", "-->", "<p>", "'", '"', "<"])
    )
)
def test_nor_do_pieces_of_it_together(pieces: list[str]) -> None:
    once = sanitized("".join(pieces), picture)
    check_harmless(once)


def test_text_tables_code_and_pictures_of_the_package_stay() -> None:
    html = '<h2 id="input">Input</h2><p>a <em>b</em> &lt;c&gt;</p><table><tbody><tr><td>1</td></tr></tbody></table>'
    assert sanitized(html, picture) == html.replace('id="input"', 'id="statement-input"')
    assert sanitized('<img src="fig.png" alt="A figure">', picture) == f'<img src="{OURS}" alt="A figure">'


def test_a_formula_stays_without_its_tex() -> None:
    math = '<math display="inline"><semantics><mfrac><mi>a</mi><mn>2</mn></mfrac>{}</semantics></math>'
    assert sanitized(math.format("<annotation>\\frac</annotation>"), picture) == math.format("")


def test_links_lead_to_other_sites_or_within_the_statement() -> None:
    assert sanitized('<a href="https://example.org/">x</a>', picture) == (
        '<a href="https://example.org/" rel="noopener noreferrer nofollow">x</a>'
    )
    assert 'href="#statement-fn1"' in sanitized('<a href="#fn1">1</a>', picture)

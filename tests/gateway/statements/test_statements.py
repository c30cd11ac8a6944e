"""What packages show over HTTP: statements really converted in the sandbox, samples, pictures, and nothing hidden."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from gateway_harness import Answered, Gateway

ROOT = Path(__file__).resolve().parents[3]

SECRET = b"5318008 is the answer"
PNG = b"\x89PNG\r\n\x1a\n picture"

_YAML = (
    "problem_format_version: 2025-09\nname: {}\nuuid: 9a3fba5c-5b4f-4f6e-a3f4-6f4b4bd2f9f1\n"
    "license: public domain\nlimits:\n  time_limit: 2\n  memory: 256\n"
)

MARKDOWN = """Add *two* numbers, $a_i \\le 10^9$. ![A figure](fig.png)

| in | out |
|----|----:|
| 1  | 2   |
"""

_HOSTILE_MARKDOWN = """<script>alert(1)</script> <img src=x onerror=alert(1)> [x](javascript:alert(1))
![far](https://evil.example/pixel.png) ![near](fig.png) ![secret](../data/secret/1.ans)
<iframe src="/api/v1/keys"></iframe>

```{=html}
<form action=/><input></form><math><mtext><style><!--</style><img src=1 onerror=alert(1)>
```
kept
"""


def zipped(name: str, files: Mapping[str, str | bytes]) -> bytes:
    """A package with this title, one secret test, and these files."""
    usual: dict[str, str | bytes] = {
        "problem.yaml": _YAML.format(name),
        "data/secret/1.in": SECRET,
        "data/secret/1.ans": SECRET,
        "submissions/accepted/a.py": b"# " + SECRET,
        "input_validators/v.py": b"# " + SECRET,
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in {**usual, **files}.items():
            archive.writestr(f"{name}/{path}", content)
    return buffer.getvalue()


@pytest.fixture(scope="session")
def publish(shown: Gateway, author: str) -> Callable[[str, Mapping[str, str | bytes]], str]:
    """Publishes a package under its title; its digest."""

    def publish(name: str, files: Mapping[str, str | bytes]) -> str:
        answer = shown.post(
            f"/api/v1/packages?name={name}&refuse=blocking",
            zipped(name, files),
            key=author,
            headers={"content-type": "application/zip"},
        )
        assert answer.status == 201, answer.body
        return str(answer.json()["package"])

    return publish


def statement(gateway: Gateway, key: str, package: str, query: str = "") -> Any:
    """A statement once it is there."""
    answer = gateway.get(f"/api/v1/packages/{package}/statement?wait=60{query}", key=key)
    assert answer.status == 200, answer.body
    return answer.json()


def file(gateway: Gateway, key: str, package: str, name: str) -> Answered:
    """A file of a package."""
    return gateway.get(f"/api/v1/packages/{package}/file?name={quote(name, safe='')}", key=key)


Publish = Callable[[str, Mapping[str, str | bytes]], str]


def test_a_markdown_statement_becomes_html_with_mathml_and_pictures(
    shown: Gateway, author: str, publish: Publish
) -> None:
    digest = publish("add", {"statement/problem.en.md": MARKDOWN, "statement/fig.png": PNG})
    view = statement(shown, author, "add")
    assert (view["state"], view["package"], view["language"]) == ("ready", digest, "en")
    assert "<em>two</em>" in view["html"] and "<table>" in view["html"] and "<mo>≤</mo>" in view["html"]
    assert view["converter"]
    source = re.search(r'<img src="([^"]+)" alt="A figure"', view["html"])
    assert source
    got = shown.get(source[1].replace("&amp;", "&"), key=author)
    assert (got.status, got.headers["content-type"], got.body) == (200, "image/png", PNG)
    assert got.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in got.headers["content-security-policy"]
    again = shown.get(source[1].replace("&amp;", "&"), key=author, headers={"if-none-match": got.headers["etag"]})
    assert again.status == 304


def test_a_tex_statement_is_read_with_the_macros_of_its_format(shown: Gateway, author: str, publish: Publish) -> None:
    tex = (
        "\\problemname{Two}\n\\illustration{0.3}{fig}{A caption}\nIs $\\frac{a}{b}$ whole?\n"
        "\\section*{Input}\nOne line.\n\\nextsample\n"
    )
    publish("tex", {"problem_statement/problem.en.tex": tex, "problem_statement/fig.png": PNG})
    view = statement(shown, author, "tex")
    assert view["state"] == "ready", view
    assert "<mfrac>" in view["html"] and "A caption" in view["html"] and "fig.png" in view["html"]
    assert re.search(r"<h2[^>]*>Input</h2>", view["html"])
    assert "nextsample" not in view["html"] and "problemname" not in view["html"]


def test_languages_are_offered_and_a_pdf_beside_or_alone(shown: Gateway, author: str, publish: Publish) -> None:
    publish(
        "many",
        {
            "statement/problem.en.md": "Hello",
            "statement/problem.de.md": "Hallo",
            "statement/problem.de.pdf": b"%PDF-1.4 de",
            "statement/problem.fr.pdf": b"%PDF-1.4 fr",
        },
    )
    english, german, french, other = (
        statement(shown, author, "many", f"&language={code}") for code in ("en", "de", "fr", "xx")
    )
    assert english["languages"] == ["en", "de", "fr"] and other["language"] == "en"
    assert ("Hallo" in german["html"], german["pdf"]) == (True, "statement/problem.de.pdf")
    assert (french["state"], french["html"], french["pdf"]) == ("file-only", "", "statement/problem.fr.pdf")
    got = file(shown, author, "many", french["pdf"])
    assert (got.body, got.headers["content-type"]) == (b"%PDF-1.4 fr", "application/pdf")


def test_of_a_hostile_statement_only_text_is_left(shown: Gateway, author: str, publish: Publish) -> None:
    publish("hostile", {"statement/problem.en.md": _HOSTILE_MARKDOWN, "statement/fig.png": PNG})
    view = statement(shown, author, "hostile")
    assert view["state"] == "ready" and "kept" in view["html"] and "fig.png" in view["html"]
    tags = re.findall("<[^>]*>", view["html"].replace('alt="secret"', ""))
    for gone in ("script", "onerror", "javascript", "evil.example", "iframe", "form", "secret", "style"):
        assert not [tag for tag in tags if gone in tag], gone


@pytest.mark.parametrize(
    "tex",
    [
        "\\input{/etc/passwd} \\include{/etc/hostname} \\lstinputlisting{/etc/passwd} \\input{../data/secret/1.ans}",
        "\\verbatiminput{/etc/passwd} \\immediate\\write18{id} \\openin5=/etc/passwd \\read5 to \\x \\x",
        "\\usepackage{/etc/passwd} \\bibliography{/etc/passwd} \\includegraphics{/etc/passwd}",
    ],
    ids=["include", "commands", "packages"],
)
def test_a_statement_includes_no_file(shown: Gateway, author: str, publish: Publish, tex: str) -> None:
    name = f"includes{zlib.crc32(tex.encode())}"
    publish(name, {"statement/problem.en.tex": f"Begin {tex} end"})
    view = statement(shown, author, name)
    assert view["state"] == "ready" and "Begin" in view["html"], view
    for secret in ("root:", "nologin", "5318008", "uid=", "judge:"):
        assert secret not in view["html"]


@pytest.mark.parametrize(
    "tex",
    [
        "\\newcommand{\\a}{\\a\\a}\\a",
        "".join(f"\\newcommand{{\\x{chr(98 + i)}}}{{{f'{chr(92)}x{chr(97 + i)}' * 10}}}" for i in range(9)) + "\\xj",
        "$" * 200_001 + "{" * 200_000,
    ],
    ids=["loop", "billion", "nested"],
)
def test_a_statement_that_never_ends_is_ended_and_said(shown: Gateway, author: str, publish: Publish, tex: str) -> None:
    name = f"bomb{len(tex)}"
    publish(name, {"statement/problem.en.tex": "\\newcommand{\\xa}{ha}" + tex, "statement/problem.en.pdf": b"%PDF"})
    view = statement(shown, author, name)
    assert view["state"] in ("failed", "ready") and len(view["html"]) < 1 << 20
    assert view["state"] == "ready" or view["reason"]
    assert view["pdf"] == "statement/problem.en.pdf"


def test_a_statement_that_becomes_too_large_is_none(shown: Gateway, author: str, publish: Publish) -> None:
    publish("large", {"statement/problem.en.md": "$x$ " * 250_000})
    view = statement(shown, author, "large")
    assert (view["state"], view["html"]) == ("failed", "") and view["reason"]


def test_html_that_becomes_a_large_document_is_given_up_and_the_gateway_goes_on(
    shown: Gateway, author: str, publish: Publish
) -> None:
    reopened = "<p>" + "".join(f"<b id={number}>" for number in range(2400)) + "</p>" + "<p>x</p>" * 2400
    publish("reopened", {"statement/problem.en.md": f"```{{=html}}\n{reopened}\n```\n"})
    for _ in range(2):
        view = statement(shown, author, "reopened")
        assert (view["state"], view["html"]) == ("failed", "") and view["reason"]


def test_nobody_can_put_another_text_where_a_conversion_is_kept(shown: Gateway, author: str, publish: Publish) -> None:
    publish("kept", {"statement/problem.en.md": "what the setter wrote"})
    run = {"language": "python3", "source": "print(1)", "id": "statement~0.0"}
    assert shown.post("/api/v1/runs", run, key=author).status == 422
    assert "what the setter wrote" in statement(shown, author, "kept")["html"]


def test_without_waiting_it_is_being_prepared(shown: Gateway, author: str, publish: Publish) -> None:
    publish("later", {"statement/problem.en.md": "later " * 1000})
    answer = shown.get("/api/v1/packages/later/statement", key=author)
    assert answer.status in (200, 202)
    assert answer.status == 200 or (answer.json()["state"], answer.headers["retry-after"]) == ("preparing", "1")
    assert statement(shown, author, "later")["state"] == "ready"


def test_samples_and_limits(shown: Gateway, author: str, publish: Publish) -> None:
    digest = publish(
        "samples",
        {
            "statement/problem.en.md": "x",
            "data/sample/1.in": "1 2\n",
            "data/sample/1.ans": "3\n",
            "data/sample/2.in": b"\xff\n",
            "data/sample/2.ans": "9" * 70_000,
            "attachments/lib.py": "x = 1\n",
        },
    )
    problem = shown.get("/api/v1/packages/samples/problem", key=author).json()
    assert (problem["package"], problem["title"], problem["samples"]) == (digest, "samples", 2)
    assert (problem["limits"]["time_limit_ns"], problem["limits"]["memory_bytes"]) == (2_000_000_000, 256 << 20)
    assert [one["name"] for one in problem["attachments"]] == ["attachments/lib.py"]
    samples = shown.get("/api/v1/packages/samples/samples", key=author).json()
    first, second = samples["items"]
    assert (first["input"]["text"], first["answer"]["text"], first["interaction"]) == ("1 2\n", "3\n", None)
    assert second["input"]["base64"] == "/wo=" and second["answer"]["truncated"]
    assert len(second["answer"]["text"]) == 65_536 and samples["compare"]["case_sensitive"] is False
    assert len(file(shown, author, "samples", second["answer"]["name"]).body) == 70_000
    whole = "/api/v1/packages/samples/file?name=" + quote(second["answer"]["name"], safe="")
    plain = shown.get(whole, key=author, headers={"accept-encoding": "gzip"})
    assert "content-encoding" not in plain.headers and plain.headers["content-length"] == "70000"
    got = file(shown, author, "samples", "attachments/lib.py")
    assert (got.body, got.headers["content-type"]) == (b"x = 1\n", "application/octet-stream")


def test_nothing_hidden_can_be_had(shown: Gateway, author: str, publish: Publish) -> None:
    publish("hidden", {"statement/problem.en.md": "![](../data/secret/1.ans)", "attachments/a.txt": "a"})
    names = [
        "data/secret/1.in", "data/secret/1.ans", "problem.yaml", "submissions/accepted/a.py", "input_validators/v.py",
        "attachments/../data/secret/1.in", "./data/secret/1.in", "/data/secret/1.in", "statement/../problem.yaml",
        "hidden/data/secret/1.in", "attachments", "attachments/", "", ".", "../hidden", "attachments/a.txt/",
        "attachments/a.txt\0", "/etc/passwd", "attachments%2Fa.txt", "ATTACHMENTS/a.txt",
    ]  # fmt: skip
    for name in names:
        answer = file(shown, author, "hidden", name)
        assert (answer.status, answer.problem) == (404, "not-found"), name
        assert SECRET not in answer.body
    for what in ("problem", "statement?wait=60", "samples"):
        assert SECRET not in shown.get(f"/api/v1/packages/hidden/{what}", key=author).body


def test_it_is_seen_by_those_who_may_name_the_package(
    shown: Gateway, author: str, stranger: str, publish: Publish
) -> None:
    digest = publish("ours", {"statement/problem.en.md": "ours", "attachments/a.txt": "a"})
    for reference in ("ours", "ours@1", digest):
        for what in ("problem", "statement?wait=1", "samples", "file?name=attachments/a.txt"):
            assert shown.get(f"/api/v1/packages/{reference}/{what}", key=author).status == 200
            refused = shown.get(f"/api/v1/packages/{reference}/{what}", key=stranger)
            assert (refused.status, refused.problem) == (404, "not-found")
    tenants = shown.get("/api/v1/packages/ours/problem?tenant=school", key=stranger)
    assert tenants.status == 404
    assert shown.ask("DELETE", "/api/v1/packages/ours", key=author).status == 204
    assert shown.get(f"/api/v1/packages/{digest}/file?name=attachments/a.txt", key=author).status == 404


def test_where_no_worker_converts_it_is_said_and_the_pdf_is_there(
    gateway: Gateway, make_key: Callable[..., str]
) -> None:
    key = make_key("school", "packages", "read")
    body = zipped("unconverted", {"statement/problem.en.md": "x", "statement/problem.en.pdf": b"%PDF"})
    path = "/api/v1/packages?name=unconverted&refuse=blocking"
    assert gateway.post(path, body, key=key, headers={"content-type": "application/zip"}).status == 201
    view = statement(gateway, key, "unconverted")
    assert (view["state"], view["html"], view["converter"]) == ("no-converter", "", [])
    assert (view["pdf"], view["source"]) == ("statement/problem.en.pdf", "statement/problem.en.md")
    assert file(gateway, key, "unconverted", view["pdf"]).body == b"%PDF"


def test_a_package_without_a_statement_says_so(shown: Gateway, author: str, publish: Publish) -> None:
    publish("bare", {})
    assert statement(shown, author, "bare")["state"] == "none"

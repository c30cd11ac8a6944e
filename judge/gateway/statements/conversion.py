"""A statement's source becomes HTML: what is asked of a worker, and what its answer means. Pure.

The converter is pandoc, a language like others (``languages/pandoc.toml``), so that a worker offers it when it has it
and a layer can bring it. It runs in the sandbox, as all that others wrote, and with its own ``--sandbox`` besides: a
statement includes no files. What it writes is packed, so that it comes in the report.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from importlib.resources import files

from judge.model.public_part import StatementForm
from judge.model.units import MIB, S_NS
from judge.model.work import Data, Execution, InputFile, RequestedLimits

#: The language that converts.
CONVERTER = "pandoc"

#: Counts up when the same source would become something else.
_VERSION = 1

#: HTML of one statement.
HTML_BYTES_MAX = 4 * MIB

_LIMITS = RequestedLimits(
    cpu_time_ns=10 * S_NS,
    wall_time_ns=30 * S_NS,
    memory_bytes=512 * MIB,
    stdout_bytes=1 * MIB,
    stderr_bytes=16 << 10,
    disk_bytes=2 * HTML_BYTES_MAX,
    processes=32,
)

_COMMON = "--sandbox --to=html5 --mathml --wrap=none --no-highlight --email-obfuscation=none"
_READERS = {
    StatementForm.MARKDOWN: "markdown-yaml_metadata_block-citations-example_lists+lists_without_preceding_blankline",
    StatementForm.TEX: "latex",
}
_NAMES = {StatementForm.MARKDOWN: "statement.md", StatementForm.TEX: "macros.tex statement.tex"}

#: Where samples stand in a statement: we show them below it.
_PLACEHOLDER = re.compile(rb"\{\{\s*(?:nextsample|remainingsamples)\s*\}\}|\\(?:nextsample|remainingsamples)\b")

#: A heading in Markdown that is as high as the title, which the page has.
_TOP_HEADING = re.compile(rb"^#[ \t]|^=+[ \t]*$", re.MULTILINE)

#: How DMOJ writes a formula.
_DMOJ_MATH = re.compile(rb"~([^~\n]{1,2000})~")


def conversion_id(digest: str, language: str, source: bytes, versions: tuple[str, ...]) -> str:
    """The same for the same statement converted by the same converter."""
    what = "\0".join((str(_VERSION), digest, language, hashlib.sha256(source).hexdigest(), *versions))
    return hashlib.sha256(what.encode()).hexdigest()[:32]


def conversion(source: bytes, form: StatementForm, package_format: str) -> Execution:
    """What converts a statement in Markdown or TeX."""
    text = _PLACEHOLDER.sub(b"", source)
    if package_format == "dmoj" and form is StatementForm.MARKDOWN:
        text = _DMOJ_MATH.sub(rb"$\1$", text)
    given = [InputFile(name=_NAMES[form].rpartition(" ")[2], data=Data(content=text))]
    if form is StatementForm.TEX:
        macros = files("judge.gateway.statements").joinpath("macros.tex").read_bytes()
        given.append(InputFile(name="macros.tex", data=Data(content=macros)))
    shift = " --shift-heading-level-by=1" if form is StatementForm.TEX or _TOP_HEADING.search(text) else ""
    command = f"pandoc {_COMMON}{shift} --from={_READERS[form]} {_NAMES[form]}"
    script = f"set -e; {command} > out.html; gzip -nc out.html"
    return Execution(argv=("/bin/sh", "-c", script), files=tuple(given), limits=_LIMITS)


def unpacked(packed: bytes) -> str | None:
    """The HTML that a worker sent; None = it is none, or too much."""
    unpacking = zlib.decompressobj(wbits=31)
    try:
        html = unpacking.decompress(packed, HTML_BYTES_MAX + 1)
    except zlib.error:
        return None
    if len(html) > HTML_BYTES_MAX or not unpacking.eof:
        return None
    return html.decode("utf-8", "replace")

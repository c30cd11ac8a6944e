"""Programs that write what no page wants: much of it, escapes, markup, no text at all, pictures with scripts."""

from __future__ import annotations

import re

from playground_steps import choose, opened, output, run, status, write
from playwright.sync_api import Page, expect
from web_harness import overflow_px, picture

HOSTILE = r"""import sys
out = sys.stdout.buffer
out.write(b"\x1b[31mred\x1b[0m \x1b]0;title\x07 bell\x07 null\x00 back\x08 \xff\xfe \xc3\n")
out.write("right\u202eto left, zero\u200bwidth\n".encode())
out.write(b"<script>window.hacked = 1</script><img src=x onerror='window.hacked = 2'>\n")
out.write(b"</pre></main><style>body { display: none }</style>\n")
sys.stderr.write("</span><script>window.hacked = 3</script>\n")
"""

LARGE = r"""import sys
line = b"0123456789" * 9 + b"\x1b[1m<b>\xff\n"
sys.stdout.buffer.write(line * (10_000_000 // len(line)))
sys.stdout.buffer.write(b"the end\n")
"""

PICTURES = r"""import struct, zlib
def part(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
def png(width, height, rows):
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", zlib.compress(rows)) + part(b"IEND", b"")
open("plot.png", "wb").write(png(60, 40, (b"\0" + b"\x20\x80\xd0" * 60) * 40))
open("bomb.png", "wb").write(png(60000, 60000, b""))
open("evil.svg", "w").write('<svg xmlns="http://www.w3.org/2000/svg" width="80" height="40" onload="top.hacked=1">'
    '<script>top.hacked = 2</script><image href="http://192.0.2.1/x.png"/><rect width="80" height="40"/></svg>')
open("broken.png", "wb").write(b"<script>hacked = 3</script>")
"""


def test_nothing_that_a_program_writes_is_obeyed(page: Page) -> None:
    opened(page)
    run(page, HOSTILE)
    written = output(page)
    expect(written).to_contain_text(
        r"\x1b[31mred\x1b[0m \x1b]0;title\x07 bell\x07 null\x00 back\x08 " + "\ufffd\ufffd \ufffd"
    )
    expect(written).to_contain_text(r"right\u202eto left, zero\u200bwidth")
    expect(written).to_contain_text("<script>window.hacked = 1</script><img src=x onerror='window.hacked = 2'>")
    expect(written.locator(".err")).to_have_text("</span><script>window.hacked = 3</script>\n")
    expect(page.locator("main")).to_be_visible()
    assert page.evaluate("window.hacked === undefined")
    assert written.locator("script, img, style").count() == 0
    picture(page, "playground-hostile")


def test_ten_megabytes_are_shown_in_part_and_saved_whole(page: Page) -> None:
    opened(page)
    run(page, LARGE)
    expect(status(page)).to_have_text("Ended well")
    written = output(page)
    expect(written).to_contain_text("the end")
    expect(written).to_contain_text(re.compile(r"… [0-9,]+ characters are not shown"))
    assert page.evaluate("document.querySelector('[data-part=output]').textContent.length") < 300_000
    assert page.evaluate("document.querySelectorAll('[data-part=output] *').length") < 5_000
    page.get_by_role("textbox", name="Source").click()
    page.keyboard.type("# the page still listens\n")
    assert overflow_px(page) == 0
    with page.expect_download() as saved:
        page.get_by_role("link", name="Save output").click()
    with open(saved.value.path(), "rb") as file:
        content = file.read()
    assert len(content) > 9_900_000
    assert content.endswith(b"\xff\nthe end\n")
    picture(page, "playground-large")


#: What type the page gives each blob that it makes an address of.
_BLOB_TYPES = """
window.blobTypes = {};
const addressOf = URL.createObjectURL;
URL.createObjectURL = (blob) => {
  const address = addressOf.call(URL, blob);
  blobTypes[address] = blob.type;
  return address;
};
"""


def test_pictures_are_shown_and_are_nothing_but_pictures(page: Page) -> None:
    page.add_init_script(_BLOB_TYPES)
    opened(page)
    run(page, PICTURES)
    figures = page.locator("[data-part=pictures] figure")
    expect(figures).to_have_count(4)
    plot = page.get_by_role("img", name="Picture plot.png, made by the program")
    expect(plot).to_be_visible()
    size = "image => image.decode().then(() => [image.naturalWidth, image.naturalHeight])"
    assert plot.evaluate(size) == [60, 40]
    assert page.get_by_role("img", name="Picture evil.svg").evaluate(size) == [80, 40]
    expect(page.get_by_text("This picture is too large to be shown.")).to_have_count(1)
    expect(page.get_by_text("This picture cannot be shown.")).to_have_count(1)
    assert page.evaluate("window.hacked === undefined")
    shown = page.evaluate("[...document.querySelectorAll('[data-part=pictures] img')].map(one => [one.alt, one.src])")
    assert len(shown) == 2
    assert all(source.startswith("data:image/svg+xml" if ".svg" in alt else "blob:") for alt, source in shown)
    types = page.evaluate("[...document.querySelectorAll('[data-part=pictures] a')].map(link => blobTypes[link.href])")
    assert set(types) == {"application/octet-stream"}
    assert "image/svg+xml" not in page.evaluate("Object.values(blobTypes)")
    with page.expect_download() as saved:
        figures.filter(has_text="plot.png").get_by_role("link", name="Save").click()
    assert saved.value.suggested_filename == "plot.png"
    picture(page, "playground-pictures")
    run(page, "print('none')\n")
    expect(figures).to_have_count(0)


def test_a_compiler_that_says_much_says_it_in_part(page: Page) -> None:
    opened(page)
    choose(page, "c17")
    write(page, "int main(void) {\n" + "".join(f"    unknown{n}();\n    int v{n} = ;\n" for n in range(300)) + "}\n")
    page.locator("[data-part=run]").click()
    expect(status(page)).to_have_text("It does not compile")
    expect(page.locator("[data-part=marks] button").first).to_contain_text("main.c:")
    assert page.locator("[data-part=marks] button").count() <= 100

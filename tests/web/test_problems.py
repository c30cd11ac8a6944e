"""Problems as people use them: read, copy, try on the samples, hand in; with and without a mouse or scripts."""

from __future__ import annotations

import base64
import io
import zipfile
from collections.abc import Callable, Mapping

import pytest
from gateway_harness import Gateway
from playwright.sync_api import BrowserContext, Page, Route, expect
from service_harness import until
from web_harness import PHONE, overflow_px, picture, sign_in, tab_to

#: A picture of one grey pixel.
PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=")

YAML = (
    "problem_format_version: 2025-09\nname: {}\nuuid: 9a3fba5c-5b4f-4f6e-a3f4-6f4b4bd2f9f1\n"
    "license: public domain\nlimits:\n  time_limit: 2\n  memory: 256\n"
)

STATEMENT = """Add two numbers $a$ and $b$, where $-10^9 \\le a, b \\le 10^9$.

![A see-saw with two weights](fig.png)

## Input

One line with $a$ and $b$:

| part | share |
|------|------:|
| easy | $\\frac{1}{2}$ |

$$\\sum_{i=1}^{n} i = \\frac{n(n+1)}{2}$$

## Output

Their *sum*. See [the specification](https://example.org/).
"""

RIGHT = "print(sum(map(int, input().split())))"

ADD: Mapping[str, str | bytes] = {
    "statement/problem.en.md": STATEMENT,
    "statement/problem.de.md": "Addiere zwei Zahlen.",
    "statement/problem.en.pdf": b"%PDF-1.4",
    "statement/fig.png": PNG,
    "data/sample/1.in": "1 2\n",
    "data/sample/1.ans": "3\n",
    "data/sample/2.in": "-5 5\n",
    "data/sample/2.ans": "0\n",
    "attachments/template.py": "a, b = map(int, input().split())\n",
}

Publish = Callable[[str, Mapping[str, str | bytes]], None]


@pytest.fixture(scope="module")
def publish(shown: Gateway, author: str) -> Publish:
    """Publishes a package under its title."""

    def publish(name: str, files: Mapping[str, str | bytes]) -> None:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            usual = {"problem.yaml": YAML.format(name), "data/secret/1.in": "2 3\n", "data/secret/1.ans": "5\n"}
            for path, content in {**usual, **files}.items():
                archive.writestr(f"{name}/{path}", content)
        path, headers = f"/api/v1/packages?name={name}&version=1&refuse=blocking", {"content-type": "application/zip"}
        answer = shown.post(path, buffer.getvalue(), key=author, headers=headers)
        assert answer.status == 201, answer.body

    return publish


@pytest.fixture(scope="module")
def add(publish: Publish) -> str:
    """The path of a problem."""
    publish("add", ADD)
    return "/problems/add/1"


@pytest.fixture
def visitor(make_context: Callable[..., BrowserContext], shown: Gateway, author: str) -> Page:
    """A window of who is signed in."""
    page = make_context(base_url=shown.address).new_page()
    sign_in(page, shown.address, author)
    return page


def write(page: Page, text: str) -> None:
    """Put a program in the place of what is in the editor."""
    ready(page)
    editor = page.get_by_role("textbox", name="Program")
    editor.click()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.insert_text(text)


def ready(page: Page) -> None:
    """Wait until the editor is there."""
    expect(page.locator("#submit[data-ready]")).to_be_visible()


def statement_shown(page: Page) -> None:
    """Wait until the statement is converted."""
    expect(page.locator(".statement")).to_be_visible()


def test_a_problem_is_found_and_read(visitor: Page, add: str, audit: Callable[[Page], None], shown: Gateway) -> None:
    visitor.goto("/problems")
    visitor.get_by_role("link", name="add").click()
    expect(visitor.get_by_role("heading", name="add", level=1)).to_be_visible()
    statement_shown(visitor)
    expect(visitor.locator(".summary")).to_contain_text("256 MiB")
    expect(visitor.locator(".statement math").first).to_be_visible()
    expect(visitor.locator(".statement mfrac")).to_have_count(2)
    image = visitor.get_by_alt_text("A see-saw with two weights")
    visitor.wait_for_function("image => image.complete && image.naturalWidth === 1", arg=image.element_handle())
    expect(visitor.get_by_role("heading", name="Input", level=2)).to_be_visible()
    audit(visitor)
    picture(visitor, "problem")
    visitor.get_by_role("navigation", name="Language of the statement").get_by_role("link", name="de").click()
    expect(visitor.locator(".statement")).to_have_text("Addiere zwei Zahlen.")


def test_it_fits_a_phone(
    make_context: Callable[..., BrowserContext], shown: Gateway, author: str, add: str, audit: Callable[[Page], None]
) -> None:
    phone = make_context(base_url=shown.address, viewport=PHONE, has_touch=True, is_mobile=True).new_page()
    sign_in(phone, shown.address, author)
    for path in ("/problems", add):
        phone.goto(path)
        expect(phone.get_by_role("heading", level=1)).to_be_visible()
        assert overflow_px(phone) == 0
    statement_shown(phone)
    assert overflow_px(phone) == 0
    audit(phone)


def test_samples_are_copied(visitor: Page, add: str) -> None:
    visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visitor.goto(add)
    sample = visitor.get_by_role("region", name="Sample 2")
    button = sample.get_by_role("button", name="Copy").first
    button.click()
    expect(sample.get_by_role("button", name="Copied")).to_be_visible()
    assert visitor.evaluate("navigator.clipboard.readText()") == "-5 5\n"


def test_a_program_is_tried_on_the_samples(visitor: Page, add: str, audit: Callable[[Page], None]) -> None:
    visitor.goto(add)
    visitor.get_by_label("Language", exact=True).select_option("python3")
    write(visitor, "print(3, '\\x1b[31m<script>')")
    visitor.get_by_role("button", name="Run on the samples").click()
    results = visitor.get_by_role("region", name="Results on the samples")
    expect(results).to_contain_text("0 of 2 samples passed")
    expect(results.locator("details[open]")).to_have_count(2)
    expect(results.locator("script")).to_have_count(0)
    expect(results).to_contain_text("<script>")
    audit(visitor)
    picture(visitor, "problem-samples")
    write(visitor, RIGHT)
    visitor.keyboard.press("Control+Enter")
    expect(results).to_contain_text("2 of 2 samples passed")


def test_a_program_that_does_not_compile_says_what_is_wrong(visitor: Page, add: str) -> None:
    visitor.goto(add)
    visitor.get_by_label("Language", exact=True).select_option("python3")
    write(visitor, "print(")
    visitor.get_by_role("button", name="Run on the samples").click()
    expect(visitor.get_by_role("region", name="Results on the samples")).to_contain_text("SyntaxError")


def test_a_program_is_handed_in_by_keyboard_alone(visitor: Page, add: str, shown: Gateway, author: str) -> None:
    visitor.goto(add)
    ready(visitor)
    language = visitor.get_by_label("Language", exact=True)
    tab_to(visitor, language)
    visitor.keyboard.type("Python")
    editor = visitor.get_by_role("textbox", name="Program")
    tab_to(visitor, editor)
    visitor.keyboard.insert_text(RIGHT)
    visitor.keyboard.press("Escape")
    tab_to(visitor, visitor.get_by_role("button", name="Submit"))
    with visitor.expect_response("**/api/v1/submissions") as sent:
        visitor.keyboard.press("Enter")
    visitor.wait_for_url("**/submissions/*")
    assert sent.value.status == 201
    done = shown.get(f"/api/v1/submissions/{visitor.url.rpartition('/')[2]}?wait=60", key=author).json()
    assert (done["status"], done["language"]) == ("AC", "python3")


def test_a_dropped_file_is_opened_and_several_are_handed_in(
    visitor: Page, add: str, shown: Gateway, author: str
) -> None:
    visitor.goto(add)
    ready(visitor)
    visitor.get_by_label("Open files").set_input_files(
        {"name": "solution.py", "mimeType": "text/x-python", "buffer": b"from helper import f\nprint(f(input()))\n"}
    )
    expect(visitor.get_by_role("textbox", name="Program")).to_contain_text("from helper import f")
    expect(visitor.get_by_label("Language", exact=True)).to_have_value("python3")
    drop(
        visitor,
        {
            "main.py": "from helper import f\nprint(f(input()))\n",
            "helper.py": "def f(s): return sum(map(int, s.split()))",
        },
    )
    expect(visitor.locator(".chosen li")).to_have_count(2)
    expect(visitor.get_by_role("textbox", name="Program")).to_be_hidden()
    picture(visitor, "problem-files")
    visitor.get_by_role("button", name="Submit").click()
    visitor.wait_for_url("**/submissions/*")
    done = shown.get(f"/api/v1/submissions/{visitor.url.rpartition('/')[2]}?wait=60", key=author).json()
    assert done["status"] == "AC", done


def drop(page: Page, files: Mapping[str, str]) -> None:
    """Drop files on the editor as a person does."""
    page.evaluate(
        """files => {
      const data = new DataTransfer();
      for (const [name, text] of Object.entries(files)) data.items.add(new File([text], name));
      const place = document.getElementById("writing");
      for (const type of ["dragenter", "dragover", "drop"]) {
        place.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
      }
    }""",
        dict(files),
    )


def test_a_draft_is_there_after_leaving(visitor: Page, add: str) -> None:
    visitor.goto(add)
    write(visitor, "half a program")
    visitor.goto("/problems")
    visitor.goto(add)
    ready(visitor)
    expect(visitor.get_by_role("textbox", name="Program")).to_have_text("half a program")
    visitor.get_by_role("button", name="Sign out").click()
    expect(visitor.get_by_role("heading", name="Sign in")).to_be_visible()
    assert "half a program" not in visitor.evaluate("Object.values(localStorage).join()")


def offer_two(route: Route) -> None:
    """The page as it is where workers offer a language before the usual one."""
    answer = route.fetch()
    text = answer.text().replace(" required>", ' required><option value="ada">Ada</option>', 1)
    route.fulfill(response=answer, body=text.replace('id="endings">{', 'id="endings">{"ada": ["adb"], ', 1))


def test_the_language_is_the_usual_one_then_the_one_chosen_last(visitor: Page, add: str, publish: Publish) -> None:
    publish("more", ADD)
    visitor.route("**/problems/*/1", offer_two)
    visitor.goto(add)
    ready(visitor)
    language = visitor.get_by_label("Language", exact=True)
    expect(language).to_have_value("python3")
    language.select_option("ada")
    visitor.goto("/problems/more/1")
    ready(visitor)
    expect(language).to_have_value("ada")


def test_without_scripts_it_is_a_form(
    make_context: Callable[..., BrowserContext], shown: Gateway, author: str, add: str
) -> None:
    context = make_context(base_url=shown.address, java_script_enabled=False)
    page = context.new_page()
    page.goto("/sign-in")
    page.get_by_label("Key").fill(author)
    page.get_by_role("button", name="Sign in").click()
    page.goto(add)
    page.get_by_label("Language", exact=True).select_option("python3")
    page.get_by_role("textbox", name="Program").fill(RIGHT)
    page.get_by_role("button", name="Submit").click()
    page.wait_for_url("**/submissions/*")
    done = shown.get(f"/api/v1/submissions/{page.url.rpartition('/')[2]}?wait=60", key=author).json()
    assert done["status"] == "AC"


def test_a_hostile_statement_does_nothing(visitor: Page, publish: Publish) -> None:
    hostile = (
        "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\"> kept\n\n"
        "<a href=\"javascript:document.title='owned'\">click</a> <style>*{display:none}</style>"
        '<div style="position:fixed" class="bar" id="main">over</div> ![far](https://evil.example/pixel.png)\n'
        '<svg onload="alert(1)"><script>1</script></svg><iframe src="/"></iframe><form action="/sign-out">x</form>\n'
    )
    publish("hostile", {"statement/problem.en.md": hostile})
    visitor.goto("/problems/hostile/1")
    statement_shown(visitor)
    expect(visitor.locator(".statement")).to_contain_text("kept")
    visitor.locator(".statement").get_by_text("click").click()
    expect(visitor).not_to_have_title("owned")
    expect(visitor.locator(".statement :is(script, style, iframe, form, svg, [style], [class], [src])")).to_have_count(
        0
    )
    expect(visitor.locator("#main")).to_have_count(1)


def test_a_statement_that_is_not_there_yet_comes_by_itself(
    visitor: Page, publish: Publish, shown: Gateway, author: str
) -> None:
    publish("later", {"statement/problem.en.md": "Here at last."})
    long = {"language": "python3", "source": "import time\ntime.sleep(8)"}
    taken = [shown.post("/api/v1/runs", long, key=author).json()["id"] for _ in range(2)]
    for one in taken:
        until(lambda one=one: shown.get(f"/api/v1/runs/{one}", key=author).json()["state"] != "queued", "a slot")  # type: ignore[misc]
    visitor.goto("/problems/later/1")
    expect(visitor.get_by_role("status").filter(has_text="being prepared")).to_be_visible()
    expect(visitor.locator(".statement")).to_have_text("Here at last.")


def test_where_a_program_of_the_package_decides_the_page_says_so(visitor: Page, publish: Publish) -> None:
    publish("own", {**ADD, "output_validator/validate.py": "import sys\nsys.exit(42)\n"})
    visitor.goto("/problems/own/1")
    visitor.get_by_label("Language", exact=True).select_option("python3")
    write(visitor, RIGHT)
    visitor.get_by_role("button", name="Run on the samples").click()
    results = visitor.get_by_role("region", name="Results on the samples")
    expect(results).to_contain_text("2 of 2 samples passed")
    expect(results).to_contain_text("decides by a program of its own")


def test_an_interaction_is_shown_as_a_conversation(visitor: Page, publish: Publish) -> None:
    yaml = YAML.format("guess") + "type: interactive\n"
    talk = "<10\n>5\n<lower <b>\n---\n>3\n"
    files = {
        "problem.yaml": yaml,
        "data/sample/1.interaction": talk,
        "output_validator/v.py": "import sys\nsys.exit(42)\n",
    }
    publish("guess", files)
    visitor.goto("/problems/guess/1")
    said = visitor.get_by_role("region", name="Sample 1").get_by_role("listitem")
    expect(said).to_have_text(["judge10", "program5", "judgelower <b>", "next run", "program3"])
    expect(visitor.locator(".summary")).to_contain_text("interactive")
    expect(visitor.get_by_role("button", name="Run on the samples")).to_have_count(0)
    expect(visitor.get_by_role("button", name="Submit")).to_be_visible()
    picture(visitor, "problem-interactive")


def test_a_pdf_stands_alone_where_there_is_nothing_else(visitor: Page, publish: Publish) -> None:
    publish("paper", {"statement/problem.en.pdf": b"%PDF-1.4"})
    visitor.goto("/problems/paper/1")
    expect(visitor.get_by_role("status").filter(has_text="The statement is a PDF.")).to_be_visible()
    with visitor.expect_download() as download:
        visitor.locator("#statement-state").get_by_role("link", name="Statement as PDF").click()
    assert download.value.suggested_filename == "problem.en.pdf"


def test_without_a_converter_the_page_says_how_to_get_one(page: Page, gateway: Gateway) -> None:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        for path, text in (
            ("problem.yaml", YAML.format("dry")),
            ("data/secret/1.in", "1\n"),
            ("data/secret/1.ans", "1\n"),
            ("statement/problem.en.md", "x"),
            ("statement/problem.en.pdf", "%PDF"),
        ):
            archive.writestr(f"dry/{path}", text)
    path = "/api/v1/packages?name=dry&version=1&refuse=blocking"
    assert gateway.post(path, body.getvalue(), headers={"content-type": "application/zip"}).status == 201
    page.goto("/problems/dry/1")
    expect(page.get_by_role("status").filter(has_text="no worker has pandoc")).to_be_visible()
    expect(page.get_by_text("judge languages install pandoc")).to_be_visible()
    expect(page.locator("#statement-state").get_by_role("link", name="Statement as PDF")).to_be_visible()
    picture(page, "problem-no-converter")


def test_another_tenants_problem_is_not_there(
    make_context: Callable[..., BrowserContext], shown: Gateway, shown_client: object, add: str, stranger: str
) -> None:
    page = make_context(base_url=shown.address).new_page()
    sign_in(page, shown.address, stranger)
    page.context.watch.allow("404")  # type: ignore[attr-defined]
    answer = page.goto(add)
    assert answer is not None and answer.status == 404

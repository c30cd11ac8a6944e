"""The playground: programs are written, run, stopped, tested."""

from __future__ import annotations

import re
import signal
from collections.abc import Callable

from gateway_harness import Gateway
from playground_steps import choose, opened, output, ready, run, source_of, status, write
from playwright.sync_api import Page, expect
from service_harness import Worker, send_signal, until
from web_harness import overflow_px, picture

FAILING_C = "#include <stdio.h>\n\nint main(void) {\n    int x = 1\n    y = 2;\n    return 0;\n}\n"


def test_a_program_is_written_and_run(page: Page) -> None:
    opened(page)
    expect(page.get_by_role("combobox", name="Language")).to_have_value("Python 3 (CPython)")
    run(page, "import sys\nprint('Hello, ' + input() + '!')\nprint('well', file=sys.stderr)\n", stdin="Ada")
    expect(output(page).locator(".out")).to_have_text("Hello, Ada!\n")
    expect(output(page).locator(".err")).to_have_text("well\n")
    expect(status(page)).to_have_text("Ended well")
    facts = page.locator("[data-part=facts]")
    expect(facts).to_contain_text(re.compile(r"CPU\s*0\.\d+ s"))
    expect(facts).to_contain_text("MiB")
    expect(facts).to_contain_text("Version")
    picture(page, "playground-run")
    assert overflow_px(page) == 0


def test_output_comes_while_it_runs_and_stop_stops_it(page: Page, gateway: Gateway) -> None:
    opened(page)
    write(page, "import time\nprint('first', flush=True)\nwhile True: time.sleep(0.1)\n")
    page.locator("[data-part=run]").click()
    expect(output(page)).to_have_text("first\n")
    expect(status(page)).to_have_text("Running …")
    work = gateway.get("/api/v1/runs?limit=1").json()["items"][0]
    assert work["state"] == "running"
    page.get_by_role("button", name="Stop").click()
    expect(status(page)).to_have_text("Stopped by you")
    expect(page.locator("[data-part=run]")).to_be_enabled()
    expect(output(page)).to_have_text("first\n")
    assert gateway.get(f"/api/v1/runs/{work['id']}").json()["state"] == "cancelled"
    until(lambda: gateway.get("/api/v1/queue").json()["running"] == 0, "the end of the program")


def test_it_is_used_by_keyboard_alone(page: Page) -> None:
    opened(page)
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("combobox", name="Language")).to_be_focused()
    page.keyboard.type("c17")
    page.keyboard.press("Escape")
    expect(page.get_by_role("combobox", name="Language")).to_have_value("Python 3 (CPython)")
    page.keyboard.press("Control+A")
    page.keyboard.type(".cpp")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.type("x")
    expect(page.get_by_text("No language is called so")).to_be_visible()
    page.keyboard.press("Backspace")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.get_by_role("combobox", name="Language")).to_have_value("C++20 (GCC)")
    expect(page.get_by_role("tab", name="main.cpp")).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(status(page)).to_have_text("Ended well")
    expect(output(page)).to_have_text("Hello, Ada!\n")
    page.get_by_role("tab", name="Input").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Tests")).to_be_focused()
    expect(page.get_by_role("button", name="Run the tests")).to_be_visible()
    page.keyboard.press("End")
    expect(page.get_by_role("tab", name="Terminal")).to_be_focused()
    page.keyboard.press("Home")
    expect(page.get_by_label("Standard input")).to_be_visible()


def test_how_it_ended_is_said_in_words(page: Page) -> None:
    opened(page)
    run(page, "import sys\nsys.exit(3)\n")
    expect(status(page)).to_have_text("Ended with exit code 3")
    expect(output(page)).to_have_text("(It wrote nothing.)")
    run(page, "import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n")
    expect(status(page)).to_contain_text("Ended by SIGSEGV: it touched memory that is not its own")
    run(page, "print(len(b'x' * (600 << 20)))\n")
    expect(status(page)).to_have_text(re.compile(r"^Stopped: it used more memory than it may \(limit: \d+ MiB\)$"))
    run(page, "def f():\n    return 1 / 0\n\nf()\n")
    expect(page.locator("[data-part=marks]")).to_contain_text("Error main.py:2 ZeroDivisionError: division by zero")


def test_compile_errors_are_marked_at_their_lines(page: Page) -> None:
    opened(page)
    choose(page, "c17")
    write(page, FAILING_C)
    page.locator("[data-part=run]").click()
    expect(status(page)).to_have_text("It does not compile")
    first = page.locator("[data-part=marks] button").first
    expect(first).to_contain_text(re.compile(r"Error main\.c:5"))
    expect(output(page).locator(".err")).to_contain_text("error")
    picture(page, "playground-error")
    first.click()
    expect(page.get_by_role("textbox", name="Source")).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("End")
    page.keyboard.type(";")
    assert "int x = 1;\n" in source_of(page)


def test_a_program_of_several_files_keeps_them_in_tabs(page: Page) -> None:
    opened(page)
    write(page, "import tool\nprint(tool.double(21))\n")
    page.get_by_role("button", name="Add file").click()
    name = page.get_by_role("textbox", name="Name of the new file")
    for wrong, said in (("../x.py", "relative path"), ("main.py", "Another file"), ("", "needs a name")):
        name.fill(wrong)
        page.keyboard.press("Enter")
        expect(page.locator("[data-part=dialog_error]")).to_contain_text(said)
    name.fill("help.py")
    page.keyboard.press("Enter")
    expect(page.get_by_role("tab", name="help.py")).to_have_attribute("aria-selected", "true")
    write(page, "def double(x): return 2 * x\n")
    page.get_by_role("button", name="Rename").click()
    page.get_by_role("textbox", name="New name of the file").fill("tool.py")
    page.get_by_role("button", name="OK").click()
    page.get_by_role("tab", name="main.py").click()
    page.get_by_label("This is the main file").check()
    run(page)
    expect(output(page)).to_have_text("42\n")
    picture(page, "playground-files")
    page.get_by_role("tab", name="main.py").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="tool.py")).to_be_focused()
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Remove", exact=True).first.click()
    expect(page.get_by_role("tab", name="tool.py")).to_have_count(0)
    expect(page.get_by_role("button", name="Remove", exact=True).first).to_be_disabled()


def test_a_dialog_for_a_name_that_is_left_by_neither_button_changes_no_file(page: Page) -> None:
    opened(page)
    page.get_by_role("button", name="Add file").click()
    page.get_by_role("textbox", name="Name of the new file").fill("help.py")
    page.keyboard.press("Enter")
    names = page.locator("[data-part=files] [role=tab]")
    expect(names).to_have_text(["main.py", "help.py"])
    for button, label in (("Add file", "Name of the new file"), ("Rename", "New name of the file")):
        page.get_by_role("button", name=button).click()
        page.get_by_role("textbox", name=label).fill("main.py")
        # As Escape does by the standard: what the dialog returned last stays. Chromium's own Escape empties it.
        page.locator("[data-part=dialog]").evaluate("(dialog) => dialog.requestClose()")
        expect(page.locator("[data-part=dialog]")).to_be_hidden()
        expect(names).to_have_text(["main.py", "help.py"])


def test_arguments_reach_the_program(page: Page) -> None:
    opened(page)
    page.get_by_label("Arguments").fill("one 'two words' \"\"")
    run(page, "import sys\nprint(sys.argv[1:])\n")
    expect(output(page)).to_have_text("['one', 'two words', '']\n")


def test_tests_beside_it_show_which_fail_and_how(page: Page) -> None:
    opened(page)
    write(page, "n = int(input())\nfor i in range(n): print(i * i)\n")
    page.get_by_role("tab", name="Tests").click()
    for stdin, expected in (("2", "0\n1\n"), ("3", "0\n2\n4\n"), ("x", "")):
        page.get_by_role("button", name="Add a test").click()
        page.get_by_role("textbox", name="Input", exact=True).last.fill(stdin)
        page.get_by_role("textbox", name="Expected output").last.fill(expected)
    page.get_by_role("button", name="Run the tests").click()
    expect(status(page)).to_have_text("1 of 3 tests passed")
    marks = page.locator(".test .mark")
    expect(marks).to_have_text(["passed", "wrong output", "ended badly"])
    difference = page.get_by_role("region", name="Expected output beside what the program wrote")
    expect(difference.locator("tr.differs")).to_have_text([re.compile(r"2\s*\+?1")])
    expect(difference.locator("tbody tr")).to_have_count(3)
    page.locator(".test").nth(2).get_by_text("Its error output").click()
    expect(page.locator(".test").nth(2)).to_contain_text("ValueError")
    picture(page, "playground-tests", documented=True)
    page.get_by_role("button", name="Remove test 1").click()
    expect(page.locator(".test h3")).to_have_text(["Test 1", "Test 2"])


def test_without_tests_it_says_so_and_makes_none(page: Page) -> None:
    opened(page)
    page.get_by_role("tab", name="Tests").click()
    page.get_by_role("button", name="Run the tests").click()
    expect(status(page)).to_have_text("Add a test first")
    expect(page.get_by_role("button", name="Add a test")).to_be_focused()
    expect(page.locator(".test")).to_have_count(0)


def test_a_draft_is_kept_by_the_browser(page: Page) -> None:
    opened(page)
    choose(page, "c17")
    write(page, "int main(void) { return 5; }\n")
    page.get_by_label("Standard input").fill("some input")
    until(lambda: "some input" in page.evaluate("localStorage.getItem('judge-draft::') || ''"), "the draft")
    page.reload()
    ready(page)
    expect(page.get_by_label("Standard input")).to_have_value("some input")
    run(page)
    expect(status(page)).to_have_text("Ended with exit code 5")
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Start over").click()
    expect(page.get_by_role("combobox", name="Language")).to_have_value("Python 3 (CPython)")


def test_it_is_used_on_a_phone(phone: Page) -> None:
    opened(phone)
    run(phone, "print('x' * 500)\n")
    expect(output(phone)).to_have_text("x" * 500 + "\n")
    assert overflow_px(phone) == 0


def test_on_a_phone_the_end_is_said_beside_the_output(phone: Page) -> None:
    opened(phone)
    run(phone, "raise SystemExit(7)\n")
    ended = phone.locator("[data-part=ended]")
    expect(ended).to_have_text("Ended with exit code 7")
    expect(ended).to_be_in_viewport()


def test_beside_tests_there_is_no_empty_box(page: Page) -> None:
    opened(page)
    expect(output(page)).to_be_visible()
    page.get_by_role("tab", name="Tests").click()
    expect(output(page)).to_be_hidden()


def test_it_speaks_german(page: Page) -> None:
    opened(page)
    page.get_by_role("button", name="Deutsch").click()
    expect(page.locator("html[lang=de]")).to_be_attached()
    ready(page)
    write(page, "raise SystemExit(2)\n", label="Quelltext")
    page.get_by_role("button", name="Ausführen").first.click()
    expect(status(page)).to_have_text("Beendet mit Rückgabewert 2")


def test_without_the_editor_that_colours_all_works_in_a_text_area(page: Page) -> None:
    page.context.watch.allow("ERR_FAILED|built/editor")  # type: ignore[attr-defined]
    page.route("**/built/editor.js", lambda route: route.abort())
    page.goto("/")
    expect(page.locator("#playground[data-state=ready]")).to_be_attached()
    page.get_by_role("textbox", name="Source").fill("print('plain')\nprint(1 / 0)\n")
    page.keyboard.press("Control+Enter")
    expect(output(page).locator(".out")).to_have_text("plain\n")
    page.locator("[data-part=marks] button").click()
    expect(page.get_by_role("textbox", name="Source")).to_be_focused()
    assert page.evaluate("document.activeElement.selectionStart") == len("print('plain')\n")


def test_nothing_serious_is_wrong_with_it_for_who_cannot_see_it(page: Page, audit: Callable[[Page], None]) -> None:
    opened(page)
    audit(page)
    run(page, "import sys\nprint(1)\nsys.stderr.write('two')\n")
    page.get_by_role("tab", name="Tests").click()
    page.get_by_role("button", name="Add a test").click()
    page.get_by_role("button", name="Run the tests").click()
    expect(page.locator(".test .mark")).to_have_text("wrong output")
    audit(page)
    page.get_by_role("combobox", name="Language").click()
    audit(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Share").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    audit(page)


def test_a_worker_that_dies_is_told_and_the_result_follows(page: Page, worker: Worker) -> None:
    opened(page)
    write(page, "import time\nprint('begun', flush=True)\ntime.sleep(3)\nprint('over')\n")
    page.locator("[data-part=run]").click()
    expect(output(page)).to_have_text("begun\n")
    send_signal(worker.slot_pids(), signal.SIGKILL)
    expect(output(page)).to_contain_text("it is begun again")
    expect(status(page)).to_have_text("Ended well")
    expect(output(page)).to_contain_text("begun\nover\n")

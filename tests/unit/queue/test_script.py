"""The texts of the queue's scripts."""

from __future__ import annotations

import re

import pytest

from judge.queue.script import scripts, without_unused

LUA = """\
-- Of everybody.
local function used() return helper_name end
local function helper(a)
  if a then return used() end
end

-- Nobody asks.
local function unused()
  return helper(1)
end
local LIMIT = 3
local function asked(n) return helper(n + LIMIT) end
return asked(ARGV[1])
"""


def test_only_functions_that_something_names_are_kept() -> None:
    text = without_unused(LUA)
    assert re.findall(r"^local function (\w+)", text, re.MULTILINE) == ["used", "helper", "asked"]
    assert "local LIMIT = 3\n" in text
    assert text.endswith("return asked(ARGV[1])\n")


@pytest.mark.parametrize("name", scripts())
def test_a_script_has_no_function_that_it_does_not_need(name: str) -> None:
    text = scripts()[name].text
    for function in re.findall(r"^local function (\w+)", text, re.MULTILINE):
        assert len(re.findall(rf"\b{function}\b", text)) > 1

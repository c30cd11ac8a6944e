"""A first assignment in each language: what ``judge course init`` writes. Pure.

The task is the same: words are counted. Its files are an assignment's, so that it can be checked, verified and graded
at once, and changed into one's own.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class _Sources:
    """What differs between languages: the file that students hand in, as they get it and as it should become."""

    file: str
    begun: str
    solved: str
    calls: bool = False


_ASSIGNMENT = """\
# An assignment. What may stand here: docs/reference/assignment.md
assignment: 1
title: Count words
# due: 2030-12-01T23:59:00+01:00
# late: {{grace: 10min, penalty: 10% per day, at_most: 50%, closes: 7d}}
languages: [{language}]
files: {{required: [{file}], starter: starter/}}
limits: {{time: 2s, memory: 512 MiB}}
parts:
  - name: words
    title: The number of words
    kind: tests
    points: {points}
    tests:
      - {{name: sample, stdin: "two words\\n", stdout: "2\\n", hint: "Words are what blanks and line ends divide."}}
      - {{folder: tests/words, visibility: hidden}}
{calls}  - {{name: style, title: "Is it readable?", kind: by_hand, points: 10, instructions: "Names, layout, comments"}}
"""

_CALLS = """\
  - name: count
    title: The function count_words
    kind: calls
    points: 30
    tests:
      - {call: count_words, arguments: ["one two  three"], expected: 3}
      - {call: count_words, arguments: [""], expected: 0, visibility: after_due}
"""

_TESTS = {"empty": ("", "0"), "lines": ("one\ntwo three\n", "3"), "blanks": ("  a   b \n\n c\n", "3")}

_PYTHON = '''\
import sys


def count_words(text):
    """How many words are in the text."""
    return {answer}


if __name__ == "__main__":
    print(count_words(sys.stdin.read()))
'''

_C = """\
#include <ctype.h>
#include <stdio.h>

int main(void)
{{
    int letter, words = 0{more};

    while ((letter = getchar()) != EOF) {{
{body}    }}
    printf("%d\\n", words);
    return 0;
}}
"""

_CPP = """\
#include <iostream>
#include <string>

int main()
{{
    std::string word;
    int words = 0;
{body}    std::cout << words << '\\n';
}}
"""

_JAVA = """\
import java.util.Scanner;

public class Words {{
    static int countWords(Scanner text) {{
        int words = 0;
{body}        return words;
    }}

    public static void main(String[] args) {{
        System.out.println(countWords(new Scanner(System.in)));
    }}
}}
"""

_JAVASCRIPT = """\
function countWords(text) {{
  return {answer};
}}

console.log(countWords(require("fs").readFileSync(0, "utf8")));
"""

_GO = """\
package main

import (
	"bufio"
	"fmt"
	"os"
)

func main() {{
	text := bufio.NewScanner(os.Stdin)
	text.Split(bufio.ScanWords)
	words := 0
{body}	fmt.Println(words)
}}
"""

_RUST = """\
use std::io::Read;

fn count_words({unused}text: &str) -> usize {{
    {answer}
}}

fn main() {{
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).unwrap();
    println!("{{}}", count_words(&text));
}}
"""

_C_BODY = """\
        if (!isspace(letter) && !inside)
            words++;
        inside = !isspace(letter);
"""

_SOURCES = {
    "python3": _Sources(
        "words.py",
        _PYTHON.format(answer="0  # write this"),
        _PYTHON.format(answer="len(text.split())"),
        calls=True,
    ),
    "c": _Sources(
        "words.c",
        _C.format(more="", body="        /* write this */\n"),
        _C.format(more=", inside = 0", body=_C_BODY),
    ),
    "cpp": _Sources(
        "words.cpp",
        _CPP.format(body="    // write this\n"),
        _CPP.format(body="    while (std::cin >> word)\n        words++;\n"),
    ),
    "java": _Sources(
        "Words.java",
        _JAVA.format(body="        // write this\n"),
        _JAVA.format(
            body="        while (text.hasNext()) {\n            text.next();\n            words++;\n        }\n"
        ),
    ),
    "javascript": _Sources(
        "words.js",
        _JAVASCRIPT.format(answer="0; // write this").replace(";;", ";"),
        _JAVASCRIPT.format(answer="text.split(/\\s+/).filter((word) => word).length"),
    ),
    "go": _Sources(
        "words.go",
        _GO.format(body="\t// write this\n"),
        _GO.format(body="\tfor text.Scan() {\n\t\twords++\n\t}\n"),
    ),
    "rust": _Sources(
        "words.rs",
        _RUST.format(unused="_", answer="0 // write this"),
        _RUST.format(unused="", answer="text.split_whitespace().count()"),
    ),
}

#: The languages that there is one for.
LANGUAGES = tuple(_SOURCES)


def starter_assignment(language: str) -> dict[str, str]:
    """The files of a first assignment, by their names; ``language`` is one of :data:`LANGUAGES`."""
    sources = _SOURCES[language]
    points = 60 if sources.calls else 90
    text = _ASSIGNMENT.format(
        language=language, file=sources.file, points=points, calls=_CALLS if sources.calls else ""
    )
    tests = {f"tests/words/{name}.in": given for name, (given, _) in _TESTS.items()}
    tests |= {f"tests/words/{name}.ans": f"{wanted}\n" for name, (_, wanted) in _TESTS.items()}
    return {
        "assignment.yaml": text,
        f"starter/{sources.file}": sources.begun,
        f"submissions/right/{sources.file}": sources.solved,
        f"submissions/begun/{sources.file}": sources.begun,
        "submissions/expected.yaml": "# What the works beside this file get; judge verify compares.\n"
        f"right: {{points: 90}}\nbegun: {{parts: {{words: {points / 4:g}}}}}\n",
        **tests,
    }

"""What a student's files in Go must not have where tests share the process."""

from __future__ import annotations

import pytest

from judge.course.shared.go import complaint_of

#: By the tests.
USED = frozenset({"true", "nil", "error", "string", "len"})

FINE = """\
package bank

import (
	"bufio"
	"errors"
	str "strings"
	"os"
	"bank/inner"
)

// os is fine here, and so is import "unsafe".
type Stack[T any] struct{ items []T }

const (
	zero, one = iota, "import \\"unsafe\\""
	two
)

func (s *Stack[T]) Push(item T) error {
	var len = 1
	_ = len
	scanner := bufio.NewScanner(os.Stdin)
	for scanner.Scan() {
		s.items = append(s.items, item)
	}
	if str.Contains(one, "'") && inner.Is('\\'') {
		return errors.New(`os.Open("import")`)
	}
	return nil
}
"""


def test_usual_code_is_taken() -> None:
    assert complaint_of(FINE, "bank", USED) == ""
    assert complaint_of("package bank\nfunc min(a, b int) int { return a }\n", "bank", USED) == ""


@pytest.mark.parametrize(
    "text",
    [
        'import "unsafe"',
        'import _ "unsafe"',
        'import "C"',
        'import "syscall"',
        'import "reflect"',
        'import "testing"',
        'import ("fmt"; "os/exec")',
        'import ("fmt"\n"io/ioutil")',
        'import/**/"unsafe"',
        "import `unsafe`",
        'import "un\\x73afe"',
        'import o "os"',
        'import . "os"',
        'import . "fmt"',
        'import "os"\nvar f = os.NewFile(4, "")',
        'import "os"\nvar f = os /**/ . \n Open("/proc/self/mem")',
        'import "os"\nvar f = os.\n\tNewFile',
        'import "os"\nfunc init() { os.Args = nil }',
        "//go:linkname a b",
        "/*line a:1*/",
        "//go:embed *",
        "// +build linux",
        "const true = false",
        "const (\n\ta = 1\n\ttrue = false\n)",
        "var (a, true = 1, 2)",
        "type (\n\terror interface{}\n)",
        "type string []byte",
        "func len(x any) int { return 0 }",
        "var x, nil = 1, 2",
    ],
)
def test_what_reaches_around_the_language_is_named(text: str) -> None:
    assert complaint_of(f"package bank\n{text}\n", "bank", USED) != ""

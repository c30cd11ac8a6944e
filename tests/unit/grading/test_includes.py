"""What a package puts beside and before a submission's sources."""

from __future__ import annotations

import pytest
from grading_bench import Bench

from judge.grading.includes import with_includes
from judge.model.language import LanguageSpec
from judge.model.submission import SourceFile

C = LanguageSpec(id="clang-c", name="C", family="c", extensions=("c",), headers=("h",), run=("{artifact}/prog",))


@pytest.mark.parametrize(("code", "starts"), [("c", True), ("clang-c", True), ("default", True), ("cpp", False)])
def test_a_preamble_is_put_before_each_source_of_the_language(bench: Bench, code: str, starts: bool) -> None:
    main = bench.write("main.c", b"int main(void);\n")
    problem = bench.problem(include=((code, (("main.c", main),)),), preambles=((code, "#line 1\n"),))
    own = [SourceFile(name=name, content=b"x") for name in ("a.c", "a.h", "dir/b.c", "notes.txt")]
    found = {file.name: file.content for file in with_includes(problem, C, own)}
    changed = b"#line 1\nx" if starts else b"x"
    assert found.pop("main.c", b"none") == (b"int main(void);\n" if starts else b"none")
    assert found == {"a.c": changed, "dir/b.c": changed, "a.h": b"x", "notes.txt": b"x"}

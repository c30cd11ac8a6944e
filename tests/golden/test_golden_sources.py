"""The same package as a directory, a zip and a git revision; packages that no repository can hold."""

from __future__ import annotations

import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from golden_judges import verify

from judge.grading.pipeline import Judge
from judge.model.verification import PackageResult

PACKAGE = Path(__file__).parent / "packages" / "legacy-odd-names"


def verdicts(result: PackageResult) -> dict[str, str]:
    return {one.path: str(one.verdict) for one in result.submissions}


def test_a_zip_and_a_git_revision_give_what_the_directory_gives(judges: list[Judge], tmp_path: Path) -> None:
    archive = tmp_path / "odd.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for path in sorted(PACKAGE.rglob("*")):
            file.write(path, Path("odd") / path.relative_to(PACKAGE))
    repository = tmp_path / "repository"
    shutil.copytree(PACKAGE, repository / "odd", symlinks=True)
    identity = ["-c", "user.name=n", "-c", "user.email=e@example.org", "-c", "commit.gpgsign=false"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "odd"]):
        subprocess.run(["git", *identity, *words], cwd=repository, check=True, capture_output=True)
    specs = [str(PACKAGE), str(archive), f"{repository}/odd@HEAD"]
    results = verify(specs, judges, tmp_path).packages
    assert all(result.ok for result in results), results
    assert verdicts(results[0]) == verdicts(results[1]) == verdicts(results[2])


def test_names_that_are_not_utf8_are_judged_and_reported(judges: list[Judge], tmp_path: Path) -> None:
    import msgspec

    package = tmp_path / "bytes"
    shutil.copytree(PACKAGE, package, symlinks=True)
    root = os.fsencode(package)
    for end, content in ((b"in", b"21\n"), (b"ans", b"42\n")):
        Path(os.fsdecode(root + b"/data/secret/caf\xe9." + end)).write_bytes(content)
    wrong = os.fsdecode(root + b"/submissions/wrong_answer/caf\xe9.py")
    Path(wrong).write_text("n = int(input())\nprint(0 if n == 21 else 2 * n)\n")
    result = verify([str(package)], judges, tmp_path).packages[0]
    assert result.ok, result
    found = next(one for one in result.submissions if "caf" in one.path)
    assert (found.path, found.verdict) == ("submissions/wrong_answer/caf\\xe9.py", "WA")
    assert found.deciding_case == "secret/caf\\xe9"
    assert b"caf" in msgspec.json.encode(result)


def test_a_large_test_is_compared_without_harm(judges: list[Judge], tmp_path: Path) -> None:
    package = tmp_path / "large"
    shutil.copytree(PACKAGE, package, symlinks=True)
    shutil.rmtree(package / "submissions")
    shutil.rmtree(package / "data/secret")
    shutil.rmtree(package / "input_validators")
    for name, text in {
        "problem.yaml": "name: Large\nlimits: {memory: 256, output: 64}\n",
        ".timelimit": "5\n",
        "submissions/accepted/copy.c": "#include <stdio.h>\n\nint main(void) {\n    static char block[1 << 16];\n"
        "    size_t size;\n    while ((size = fread(block, 1, sizeof block, stdin)) > 0)\n"
        "        fwrite(block, 1, size, stdout);\n    return 0;\n}\n",
        "submissions/wrong_answer/short.py": "print(1)\n",
    }.items():
        path = package / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (package / "data/secret").mkdir()
    lines = b"".join(b"%d %d\n" % (i, i * i) for i in range(1_500_000))
    (package / "data/secret/1.in").write_bytes(lines)
    (package / "data/secret/1.ans").write_bytes(lines)
    result = verify([str(package)], judges, tmp_path).packages[0]
    assert verdicts(result) == {
        "submissions/accepted/copy.c": "AC",
        "submissions/wrong_answer/short.py": "WA",
    }, result


def test_validators_that_cannot_be_asked_are_skipped_and_broken_ones_are_one_failed_check(
    judges: list[Judge], tmp_path: Path
) -> None:
    package = tmp_path / "unasked"
    shutil.copytree(PACKAGE, package, symlinks=True)
    shutil.rmtree(package / "input_validators")
    (package / "input_validators").mkdir()
    (package / "input_validators/grammar.viva").write_text("{ n; }\n")
    (package / "input_validators/small.st").write_text("Transcript showCr: 'nobody runs this'.\n")
    result = verify([str(package)], judges, tmp_path).packages[0]
    assert result.ok, result
    assert [one.program for one in result.checks_skipped] == [
        "input_validators/grammar.viva",
        "input_validators/small.st",
    ]
    assert not verify([str(package)], judges, tmp_path, strict=True).packages[0].ok
    (package / "input_validators/broken.c").write_text("int main(\n")
    result = verify([str(package)], judges, tmp_path).packages[0]
    assert not result.error
    assert all(one.ok for one in result.submissions)
    assert [(one.program, one.case) for one in result.checks] == [("input_validators/broken.c", "")]
    assert "does not compile" in result.checks[0].reason


@pytest.mark.parametrize("spec", ["/nonexistent@HEAD", "/etc/hostname"])
def test_what_is_no_package_is_one_result_with_an_error(judges: list[Judge], tmp_path: Path, spec: str) -> None:
    results = verify([spec, str(PACKAGE)], judges, tmp_path)
    assert not results.ok
    assert results.packages[0].error
    assert results.packages[1].ok


def test_a_checker_that_is_an_executable_alone_is_run_byte_for_byte(judges: list[Judge], tmp_path: Path) -> None:
    package = tmp_path / "executable"
    shutil.copytree(PACKAGE.parent / "cms-script-checker", package)
    source = tmp_path / "checker.c"
    source.write_text(
        '#include <stdio.h>\n\nint main(int argc, char **argv) {\n    FILE *output = fopen(argv[3], "r");\n'
        '    int first = 0;\n    if (argc == 4 && output) (void)!fscanf(output, "%d", &first);\n'
        '    printf("%s\\n", first == 3 ? "1.0" : "0.0");\n    return 0;\n}\n\r\n'
    )
    checker = package / "check/checker"
    checker.unlink()
    subprocess.run(["gcc", "-static", "-o", checker, source], check=True)
    result = verify([str(package)], judges, tmp_path).packages[0]
    assert result.ok, result
    assert verdicts(result) == {"sol/solution.py": "AC", "sol/short.py": "WA"}

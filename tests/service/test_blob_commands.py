"""``judge blob``: what its actions do, what they print, how they end."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from service_harness import RedisServer

from judge.cli.main import main
from judge.queue.redis_queue import Queue

#: Runs an action of ``judge blob``: exit code, standard output, standard error.
Blob = Callable[..., tuple[int, str, str]]

LARGE = b"\0\xff large" * 20_000


@pytest.fixture
def blob(
    shared_redis: RedisServer,
    queue: Queue,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> Blob:
    """Runs an action against an empty queue, with a store of its own."""
    (tmp_path / "store").mkdir()
    monkeypatch.setenv("JUDGE_NAMESPACE", queue.broker.namespace)
    monkeypatch.setenv("JUDGE_BLOB_STORE", str(tmp_path / "store"))

    def run(action: str, *words: str) -> tuple[int, str, str]:
        capfd.readouterr()
        code = main(["blob", action, "--broker", shared_redis.url, *words])
        out, err = capfd.readouterr()
        return code, out, err

    return run


@pytest.mark.parametrize("content", [b"small\n", LARGE], ids=["small", "large"])
def test_a_file_goes_in_and_comes_out(blob: Blob, tmp_path: Path, content: bytes) -> None:
    file, out = tmp_path / "in", tmp_path / "out"
    file.write_bytes(content)
    code, digest, _ = blob("put", str(file), "--tenant", "ann", "--name", "it")
    assert (code, digest[:7]) == (0, "sha256:")
    assert blob("get", digest.strip(), "--tenant", "ann", "--output", str(out))[0] == 0
    assert out.read_bytes() == content
    code, text, _ = blob("get", "it", "--tenant", "ann", "--output", str(out), "--json")
    assert json.loads(text) == {"blob": "it", "file": str(out), "size_bytes": len(content)}


def test_a_blob_goes_to_standard_output(blob: Blob, tmp_path: Path) -> None:
    (tmp_path / "in").write_text("one\ntwo\n")
    assert blob("put", str(tmp_path / "in"), "--name", "lines")[0] == 0
    assert blob("get", "lines")[1] == "one\ntwo\n"


def test_several_files_lists_and_removals_are_told_in_json(blob: Blob, tmp_path: Path) -> None:
    files = [str(tmp_path / name) for name in ("a", "b")]
    for file in files:
        Path(file).write_text(file)
    put = json.loads(blob("put", *files, "--json")[1])
    assert list(put) == files
    listed = json.loads(blob("list", "--json")[1])
    assert {one["blob"] for one in listed} == set(put.values())
    assert put[files[0]] in blob("list")[1]
    assert json.loads(blob("remove", *put.values(), "--json")[1]) == dict.fromkeys(put.values(), True)
    assert json.loads(blob("list", "--json")[1]) == []


def test_a_name_that_is_not_the_last_way_leaves_the_blob(blob: Blob, tmp_path: Path) -> None:
    (tmp_path / "in").write_text("x")
    for words in ((), ("--name", "it")):
        blob("put", str(tmp_path / "in"), *words)
    assert "the name is gone" in blob("remove", "it")[1]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("get", "sha256:" + "0" * 64), 2, "there is no blob sha256:000"),
        (("get", "sha256:0"), 2, "neither sha256:"),
        (("remove", "nobody"), 2, "there is no blob nobody"),
        (("put", "/nowhere"), 2, "/nowhere: No such file"),
        (("put", "a", "b", "--name", "it"), 2, "--name"),
        (("put", "/dev/null", "--name", "a b"), 2, "name"),
        (("put", "/dev/null", "--lifetime", "nan"), 2, "lifetime"),
        (("put", "/dev/null", "--lifetime", "1e300"), 2, "lifetime"),
        (("get", "it", "--json"), 2, "--output"),
    ],
)
def test_a_refusal_is_one_line_and_a_code(blob: Blob, words: tuple[str, ...], code: int, said: str) -> None:
    got, out, err = blob(*words)
    assert (got, out) == (code, "")
    assert said in err
    assert len(err.splitlines()) == 1


def test_a_full_quota_asks_to_try_again_later(
    blob: Blob, shared_redis: RedisServer, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["tenant", "ann", "--broker", shared_redis.url, "--blobs", "1", "--blob-bytes", "10"]) == 0
    capfd.readouterr()
    code, _, err = blob("put", "/etc/hostname", "/etc/passwd", "--tenant", "ann")
    assert code == 6
    assert "'ann'" in err

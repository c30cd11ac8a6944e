"""go-judge's other addresses: /file, /version, /config, /metrics, who may ask, and what Hydro does in a row."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from gateway_harness import Answered, Gateway

S = 1_000_000_000
MIB = 1 << 20
PREFIX = "/go-judge"


def upload(dialects: Gateway, key: str, name: str, content: bytes, field: str = "file") -> Answered:
    head = (
        f'--XX\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\nContent-Type: text/plain\r\n\r\n'
    )
    body = head.encode() + content + b"\r\n--XX--\r\n"
    sent = {"content-type": "multipart/form-data; boundary=XX"}
    return dialects.post(f"{PREFIX}/file", body, key=key, headers=sent)


def test_the_life_of_a_file(dialects: Gateway, school: str, other: str) -> None:
    content = b"\xff\0\r\n--X\r\n"
    put = upload(dialects, school, "dir/a.txt", content)
    file_id = put.json()
    assert (put.status, len(file_id)) == (200, 8)
    got = dialects.get(f"{PREFIX}/file/{file_id}", key=school)
    assert (got.status, got.body) == (200, content)
    assert got.headers["content-disposition"] == 'attachment; filename="a.txt"'
    assert got.headers["content-type"].startswith("text/plain")
    assert dialects.get(f"{PREFIX}/file", key=school).json()[file_id] == "a.txt"

    assert dialects.get(f"{PREFIX}/file/{file_id}", key=other).status == 404
    assert file_id not in dialects.get(f"{PREFIX}/file", key=other).json()
    assert dialects.ask("DELETE", f"{PREFIX}/file/{file_id}", key=other).status == 404

    removed = dialects.ask("DELETE", f"{PREFIX}/file/{file_id}", key=school)
    assert (removed.status, removed.body) == (200, b"")
    gone = dialects.get(f"{PREFIX}/file/{file_id}", key=school)
    assert (gone.status, gone.body) == (404, b"")
    assert dialects.ask("DELETE", f"{PREFIX}/file/{file_id}", key=school).status == 404
    assert file_id not in dialects.get(f"{PREFIX}/file", key=school).json()


def test_the_same_content_has_an_id_for_each_time_it_is_put(dialects: Gateway, school: str) -> None:
    first, second = (upload(dialects, school, name, b"same").json() for name in ("a", "b"))
    assert first != second
    dialects.ask("DELETE", f"{PREFIX}/file/{first}", key=school)
    assert dialects.get(f"{PREFIX}/file/{second}", key=school).body == b"same"


def test_a_large_file_lies_in_the_store(dialects: Gateway, school: str) -> None:
    content = bytes(range(256)) * 8192
    file_id = upload(dialects, school, "é.bin", content).json()
    got = dialects.get(f"{PREFIX}/file/{file_id}", key=school)
    assert got.body == content
    assert got.headers["content-disposition"] == "attachment; filename*=UTF-8''%C3%A9.bin"


@pytest.mark.parametrize("name", ["../x", "ABCDEFGH", "a" * 40, "%2e%2e"])
def test_what_is_no_file_is_not_there(dialects: Gateway, school: str, name: str) -> None:
    for method in ("GET", "DELETE"):
        assert dialects.ask(method, f"{PREFIX}/file/{name}", key=school).status == 404


def test_a_form_without_the_field_is_refused(dialects: Gateway, school: str) -> None:
    assert upload(dialects, school, "a", b"x", field="other").status == 400
    answered = dialects.post(f"{PREFIX}/file", b"x", key=school, headers={"content-type": "text/plain"})
    assert (answered.status, answered.body) == (400, b"")


def test_the_version_is_one_that_hydro_can_split_and_likes(dialects: Gateway) -> None:
    said = dialects.get(f"{PREFIX}/version").json()
    parts = said["buildVersion"].split("v")[1].split(".")
    assert [int(part) for part in parts] >= [1, 8, 6]
    assert said["fixSymlinkEscape"] is said["copyOutOptional"] is True
    names = {"copyOutOpt pipeProxy symlink addressSpaceLimit stream procPeak copyOutTruncate pipeProxyZeroCopy"}
    assert {name for name, value in said.items() if value is True} >= set("".join(names).split()) - {"copyOutOpt"}
    assert {"goVersion", "platform", "os"} <= set(said)
    config = dialects.get(f"{PREFIX}/config").json()
    assert config["runnerConfig"]["cgroupType"] == 2
    assert "memory" in config["runnerConfig"]["cgroupControllers"]
    assert "fileStorePath" in config


def test_a_wrong_token_is_401_without_words(dialects: Gateway) -> None:
    answered = dialects.post(f"{PREFIX}/run", {"cmd": []}, key="jk_aaaaaaaaaaaa_" + "a" * 43)
    assert (answered.status, answered.body) == (401, b"")


def test_other_addresses_are_not_there(dialects: Gateway, school: str) -> None:
    for method, path in (("GET", "/none"), ("GET", "/run"), ("PUT", "/file")):
        answered = dialects.ask(method, f"{PREFIX}{path}", key=school)
        assert (answered.status, answered.body) == (404, b"404 page not found")


def test_a_key_in_front_of_the_path_and_a_port_of_its_own(
    dialects: Gateway, school: str, own_address: Callable[[str], str]
) -> None:
    body = {"cmd": [{"args": ["/bin/true"], "cpuLimit": S, "clockLimit": S, "memoryLimit": 64 * MIB, "procLimit": 1}]}
    answered = dialects.post(f"/key/{school}{PREFIX}/run", body)
    assert answered.json()[0]["status"] == "Accepted"
    assert school not in dialects.log()
    pool = dialects._pool
    said = pool.request("GET", f"{own_address('gojudge')}/version")
    assert json.loads(said.data)["os"] == "linux"


def test_the_series_have_go_judges_names(dialects: Gateway, school: str) -> None:
    upload(dialects, school, "a", b"x")
    text = dialects.get(f"{PREFIX}/metrics").body.decode()
    for name in (
        "go_judge_exec_error_count", "go_judge_exec_time_seconds", "go_judge_exec_memory_bytes",
        "go_judge_file_size_bytes", "go_judge_file_current_bytes_count", "go_judge_environment_current_count",
        "go_judge_worker_queue_count", "go_judge_worker_running_count",
    ):  # fmt: skip
        assert f"# TYPE {name}" in text


def test_files_of_the_host_are_read_where_the_settings_say_so_and_nowhere_else(
    start_gateway: Callable[..., Gateway], school: str, place: Path, tmp_path: Path
) -> None:
    allowed = tmp_path / "data"
    allowed.mkdir()
    (allowed / "1.in").write_bytes(b"\xffdata")
    (allowed / "out").symlink_to("/etc/passwd")
    (tmp_path / "data2").write_text("no")
    gateway = start_gateway(gojudge_enabled="yes", gojudge_src_prefixes=str(allowed))

    def cat(path: object) -> Answered:
        one = {**_limits(), "args": ["/bin/cat"], "files": [{"src": str(path)}, {"name": "o", "max": 99}]}
        return gateway.post(f"{PREFIX}/run", {"cmd": [one]}, key=school)

    assert cat(allowed / "1.in").json()[0]["files"]["o"] == "\ufffddata"
    for path in ("/etc/passwd", allowed / "out", allowed / "../data2", tmp_path / "data2", allowed / "none", allowed):
        answered = cat(path)
        assert answered.status == 400, path
        assert isinstance(answered.json(), str)


# --- what Hydro does -------------------------------------------------------------------------------------------------

ENV = ["PATH=/usr/local/bin:/usr/bin:/bin", "HOME=/w", "PYTHONPATH=/lib/python3.13/site-packages"]


def _limits(seconds: float = 10, **more: object) -> dict[str, Any]:
    cpu_ns = int(seconds * S)
    return {
        "cpuLimit": cpu_ns, "clockLimit": 3 * cpu_ns, "memoryLimit": 256 * MIB, "strictMemoryLimit": False,
        "stackLimit": 0, "procLimit": 32, "copyOutMax": 120 * MIB, "env": ENV, **more,
    }  # fmt: skip


def hydro(execute: str, stdin: dict[str, Any], *, cache: bool = False, **more: Any) -> dict[str, Any]:
    """A command as Hydro's judge makes it."""
    size = (40 if cache else 4) * MIB
    cached = [*more.pop("copyOutCached", []), *(["stdout", "stderr"] if cache else [])]
    return {
        **_limits(),
        "args": execute.split(),
        "files": [stdin, {"name": "stdout", "max": size}, {"name": "stderr", "max": size}],
        "copyIn": {}, "copyOut": [], "copyOutCached": cached, **more,
    }  # fmt: skip


SUM = "#include <iostream>\nint main() { long a, b; std::cin >> a >> b; std::cout << a + b << '\\n'; }"
CHECKER = """#include <fstream>
#include <iostream>
int main(int, char **names) {
  std::ifstream in(names[1]), out(names[2]), answer(names[3]);
  long a, b;
  out >> a;
  answer >> b;
  std::cerr << "compared";
  return a == b ? 0 : 1;
}"""
INTERACTOR = """import sys
secret = 7
print(10, flush=True)
guess = int(input())
print('ok' if guess == secret else 'no', file=sys.stderr)
"""


@pytest.fixture
def run(dialects: Gateway, school: str) -> Callable[..., list[dict[str, Any]]]:
    def ask(*cmds: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
        answered = dialects.post(f"{PREFIX}/run", {"cmd": cmds, **more}, key=school)
        assert answered.status == 200, answered.body
        return list(answered.json())

    return ask


Run = Callable[..., list[dict[str, Any]]]


def test_compile_ten_tests_and_a_checker_as_hydro_sends_them(run: Run, dialects: Gateway, school: str) -> None:
    ids = {}
    for name, source in (("foo", SUM), ("checker", CHECKER)):
        command = f"/usr/bin/g++ -O2 -std=c++17 -o {name} {name}.cc"
        copy_in = {f"{name}.cc": {"content": source}}
        (built,) = run(hydro(command, {"content": ""}, copyIn=copy_in, copyOutCached=[name]))
        assert (built["status"], built["files"]) == ("Accepted", {"stdout": "", "stderr": ""})
        ids[name] = built["fileIds"][name]
    program = {"foo": {"fileId": ids["foo"]}}
    for number in range(10):
        (test,) = run(hydro("foo", {"content": f"{number} {number}"}, cache=True, copyIn=program))
        assert test["status"] == "Accepted"
        assert set(test["fileIds"]) == {"stdout", "stderr"}
        copy_in = {
            "checker": {"fileId": ids["checker"]},
            "in": {"content": f"{number} {number}"},
            "user_out": {"fileId": test["fileIds"]["stdout"]},
            "answer": {"content": f"{2 * number}"},
        }
        (checked,) = run(hydro("/w/checker /w/in /w/user_out /w/answer", {"content": ""}, copyIn=copy_in))
        assert (checked["status"], checked["files"]["stderr"]) == ("Accepted", "compared")
        for file_id in test["fileIds"].values():
            assert dialects.ask("DELETE", f"{PREFIX}/file/{file_id}", key=school).status == 200
    for file_id in ids.values():
        assert dialects.ask("DELETE", f"{PREFIX}/file/{file_id}", key=school).status == 200
    assert not set(ids.values()) & set(dialects.get(f"{PREFIX}/file", key=school).json())


def test_a_compile_error_as_hydro_sees_it(run: Run) -> None:
    command = "/usr/bin/g++ -o foo foo.cc"
    (built,) = run(
        hydro(command, {"content": ""}, copyIn={"foo.cc": {"content": "int main( {"}}, copyOutCached=["foo"])
    )
    assert (built["status"], built["exitStatus"]) == ("Nonzero Exit Status", 1)
    assert "error" in built["files"]["stderr"]
    assert "fileIds" not in built
    assert built["fileError"][0]["type"] == "CopyOutOpen"


def test_an_interactor_as_hydro_sends_it(run: Run) -> None:
    user = hydro("/usr/bin/python3 foo.py", {"content": ""}, copyIn={"foo.py": {"content": "input(); print(7)"}})
    judge = hydro("/usr/bin/python3 interactor.py", {"content": ""}, copyIn={"interactor.py": {"content": INTERACTOR}})
    for one in (user, judge):
        one["files"][0] = one["files"][1] = None
    ends = [({"index": 0, "fd": 1}, {"index": 1, "fd": 0}), ({"index": 1, "fd": 1}, {"index": 0, "fd": 0})]
    pipes = [{"proxy": True, "max": 40 * MIB, "in": source, "out": target} for source, target in ends]
    results = run(user, judge, pipeMapping=pipes)
    assert [one["status"] for one in results] == ["Accepted", "Accepted"]
    assert results[1]["files"]["stderr"] == "ok\n"


def test_a_program_that_reads_and_writes_files_as_hydro_sends_it(run: Run) -> None:
    script = {"foo.py": {"content": "open('p.out', 'w').write(open('p.in').read())"}, "p.in": {"content": "x"}}
    for field, place in (("copyOut", "files"), ("copyOutCached", "fileIds")):
        more: dict[str, Any] = {"copyIn": script, field: ["p.out?"]}
        (one,) = run(hydro("/usr/bin/python3 foo.py", {"content": ""}, **more))
        assert "p.out" in one[place]
    (none,) = run(hydro("/bin/true", {"content": ""}, copyOut=["p.out?"]))
    assert none["status"] == "Accepted"

"""Our interface of go-judge beside a stand-in for go-judge: both are asked by the same client."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from pathlib import Path

import pytest

from judge.bench.interface import CELLS, InterfaceBench
from judge.bench.rivals import run
from judge.cli.main import main
from judge.errors import UsageError

_STAND_IN = """
import http.server, json, sys

class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.answer({"buildVersion": "v1.2.3"})

    def do_POST(self):
        (command,) = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["cmd"]
        numbers = command["files"][0]["content"].split()
        files = {"stdout": f"{sum(map(int, numbers))}\\n", "stderr": ""}
        ids = {name: "ID" for name in command.get("copyOutCached", ())}
        self.answer([{"status": "Accepted", "files": files, "fileIds": ids}])

    def answer(self, value):
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

host, port = sys.argv[2].split(":")
http.server.ThreadingHTTPServer((host, int(port)), Handler).serve_forever()
"""


@pytest.mark.slow
def test_both_sides_are_measured_and_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    program = tmp_path / "go-judge"
    program.write_text(f"#!{sys.executable}\n{_STAND_IN}")
    program.chmod(0o755)
    words = "bench rivals --door --turns 1 --submissions 2 --cells python_1,cpp_compiled_10_tests --json --go-judge"
    assert main([*words.split(), str(program)]) == 0
    bench = json.loads(capsys.readouterr().out)
    assert set(bench) == set(InterfaceBench.__struct_fields__)
    assert bench["go_judge"] == "v1.2.3"
    assert list(bench["cells"]) == ["cpp_compiled_10_tests", "python_1"]
    for cell in bench["cells"].values():
        assert all(cell[name] > 0 for name in cell)


def test_unknown_cells_are_refused_with_those_that_there_are() -> None:
    with pytest.raises(UsageError, match=CELLS[0]):
        run(
            Namespace(
                cells="c_cached_1", by_interface=True, turns=1, submissions=1, alone=True, go_judge="", json=False
            )
        )

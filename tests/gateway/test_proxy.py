"""A real nginx and a real Caddy in front of a gateway, with the files of deploy/proxy: nothing is lost on the way."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Iterator

import needs
import pytest
import urllib3
from gateway_harness import RUN, Gateway
from proxies import CLIENT, NAME, SHIPPED, Proxy, running_proxy
from service_harness import PATIENCE_S
from websockets.sync.client import connect
from websockets.typing import Origin

from judge.config import BlobSettings, GatewaySettings, PackageSettings
from judge.model.units import S_NS

_MIB = 1 << 20
_LONG = {"cpu_time_ns": 100 * S_NS, "wall_time_ns": 200 * S_NS}


@pytest.fixture(scope="module")
def believing(start_gateway: Callable[..., Gateway], gateway: Gateway) -> Gateway:
    """A gateway that believes the proxy, and tells those without a key who they are."""
    del gateway  # its worker is there
    return start_gateway(gateway_trusted_proxies="127.0.0.1", gateway_no_key="always")


@pytest.fixture(scope="module", params=["nginx", "caddy"])
def proxy(
    request: pytest.FixtureRequest, believing: Gateway, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Proxy]:
    """Each of them in turn."""
    needs.tool({"nginx": "/usr/sbin/nginx"}.get(request.param, request.param))
    with running_proxy(request.param, believing.port, tmp_path_factory.mktemp("proxy") / request.param) as proxy:
        yield proxy


def _key(key: str) -> dict[str, str]:
    return {"authorization": f"Bearer {key}", "content-type": "application/json"}


def test_a_run_goes_in_and_its_result_comes_out(proxy: Proxy, school: str) -> None:
    answer = proxy.ask("POST", "/api/v1/runs?wait=30", json.dumps(RUN).encode(), _key(school))
    assert answer.status == 201, answer.body
    assert answer.json()["report"]["runs"][0]["stdout"]["text"].strip() == "olleh"
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    assert proxy.ask("GET", answer.headers["location"], None, _key(school)).json()["state"] == "done"


def test_what_comes_without_tls_is_sent_to_where_there_is(proxy: Proxy) -> None:
    sent = urllib3.PoolManager(retries=False, timeout=PATIENCE_S).request(
        "POST", f"http://127.0.0.1:{proxy.ports.plain}/api/v1/runs?wait=1", headers={"host": NAME}, redirect=False
    )
    assert sent.status == 308
    assert re.fullmatch(rf"https://{NAME}(:\d+)?/api/v1/runs\?wait=1", sent.headers["location"])


def test_events_come_as_they_happen(proxy: Proxy, school: str) -> None:
    """The program is still at it when its first words are read."""
    source = "print('first', flush=True)\nwhile True: pass"
    body = {"language": "python3", "source": source, "live": True, "limits": _LONG}
    made = proxy.ask("POST", "/api/v1/runs", json.dumps(body).encode(), _key(school))
    assert made.status in (201, 202), made.body
    location = made.headers["location"]
    stream = proxy.send("GET", f"{location}/events", None, _key(school))
    assert stream.status == 200
    heard = b""
    while b"first" not in heard:
        chunk = stream.read1(4096)
        assert chunk, heard
        heard += chunk
    assert proxy.ask("GET", location, None, _key(school)).json()["state"] != "done"
    assert proxy.ask("POST", f"{location}/cancel", None, _key(school)).json() == {"cancelled": True}
    assert b"cancelled" in stream.read()


def test_a_session_is_held_over_a_websocket(proxy: Proxy, school: str) -> None:
    source = "import sys\nfor line in sys.stdin:\n    print(line.strip()[::-1], flush=True)\n"
    body = {"language": "python3", "source": source, "terminal": False}
    session = proxy.ask("POST", "/api/v1/sessions", json.dumps(body).encode(), _key(school)).json()["id"]
    ticket = proxy.ask("POST", f"/api/v1/sessions/{session}/tickets", None, _key(school)).json()["ticket"]
    address = f"wss://{proxy.host}/api/v1/sessions/{session}/socket?ticket={ticket}"
    with connect(
        address, sock=proxy.connect_plain(), ssl=proxy.context, origin=Origin(f"https://{proxy.host}")
    ) as socket:
        socket.send(json.dumps({"type": "input", "text": "abc\n"}))
        said = ""
        while "cba" not in said:
            message = json.loads(socket.recv(PATIENCE_S))
            said += message["text"] if message["type"] == "output" else ""
        socket.send(json.dumps({"type": "end"}))
        while json.loads(socket.recv(PATIENCE_S))["type"] != "over":
            pass


def test_a_batch_goes_up_in_pieces_and_its_results_come_down(proxy: Proxy, school: str) -> None:
    """It is larger than a proxy's buffers, and its length is not known before."""
    headers, batch = _key(school) | {"content-type": "application/x-ndjson"}, uuid.uuid4().hex
    names = [str(number) for number in range(8)]
    lines = [json.dumps({"custom_id": name, "run": {"argv": ["/bin/cat"], "stdin": name * 300_000}}) for name in names]
    made = proxy.ask("POST", f"/api/v1/batches?id={batch}", (line.encode() + b"\n" for line in lines), headers)
    assert made.status == 201, made.body[:2000]
    answer = proxy.ask("GET", f"/api/v1/batches/{batch}/results", None, _key(school))
    assert answer.status == 200
    assert {json.loads(line)["custom_id"] for line in answer.body.splitlines()} == set(names)


def test_the_gateway_knows_who_asks_whatever_they_claim(proxy: Proxy) -> None:
    forged = {"x-forwarded-for": "203.0.113.9", "forwarded": "for=203.0.113.9", "x-real-ip": "203.0.113.9"}
    for headers in ({}, forged):
        assert proxy.ask("GET", "/api/v1/me", None, headers).json()["tenant"] == f"anonymous@{CLIENT}"


def test_a_page_of_the_gateways_own_is_no_foreign_page(proxy: Proxy) -> None:
    assert proxy.ask("GET", "/api/v1/me", None, {"origin": f"https://{proxy.host}"}).status == 200
    assert proxy.ask("GET", "/api/v1/me", None, {"origin": "https://evil.example"}).status == 403


@pytest.mark.parametrize(
    "path",
    [
        "/metrics",
        "/metrics?x",
        "//metrics",
        "/./metrics",
        "/%6detrics",
        "/api/../metrics",
        "/api/%2e%2e/metrics",
        "/readyz",
    ],
)
def test_what_is_for_those_who_watch_is_not_passed_on(proxy: Proxy, believing: Gateway, path: str) -> None:
    assert b"judge_gateway" in believing.get("/metrics").body
    answer = proxy.ask("GET", path)
    assert answer.status in (400, 404)
    assert b"judge_gateway" not in answer.body


@pytest.mark.parametrize("proxy", ["nginx"], indirect=True)
def test_a_body_that_is_too_large_is_refused_before_it_is_sent(proxy: Proxy, school: str) -> None:
    """Caddy answers when the body has come, or its client is silent for too long."""
    with proxy.connect() as connection:
        head = f"POST /api/v1/runs HTTP/1.1\r\nHost: {proxy.host}\r\nAuthorization: Bearer {school}\r\n"
        head += f"Content-Type: application/json\r\nContent-Length: {GatewaySettings().body_bytes_max + 1}\r\n\r\n"
        connection.sendall(head.encode())
        assert b" 413 " in connection.recv(4096).partition(b"\r\n")[0]


def test_the_files_have_the_bounds_of_the_settings() -> None:
    usual, batch = GatewaySettings().body_bytes_max // _MIB, GatewaySettings().batch_bytes_max // _MIB
    package, blob = PackageSettings().upload_bytes_max // _MIB, BlobSettings().bytes_max // _MIB
    nginx = (SHIPPED / "nginx.conf").read_text()
    sizes = dict(re.findall(r"location (/api/v1/\w+) {\s+client_max_body_size (\d+)m;", nginx))
    assert sizes == {"/api/v1/batches": str(batch), "/api/v1/packages": str(package), "/api/v1/blobs": str(blob)}
    assert re.findall(r"^    client_max_body_size +(\d+)m;", nginx, re.MULTILINE) == [str(usual)]
    caddy = re.findall(r"max_size (\d+)MiB", (SHIPPED / "Caddyfile").read_text())
    assert caddy == [str(usual), str(max(batch, package)), str(blob)]

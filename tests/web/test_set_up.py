"""The first key of an admin, by a link that a starting gateway prints."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest
from gateway_harness import Gateway
from playwright.sync_api import BrowserContext, Page, expect
from service_harness import RedisServer
from web_harness import picture

from judge.client import Client
from judge.queue.set_up import OPEN_S, open_link, take_link

FORM = "application/x-www-form-urlencoded"
LINK = re.compile(r"make the first one within 15 minutes: (http://[^ ]+/set-up\?link=([A-Za-z0-9_-]{43}))\n")


@pytest.fixture
def fresh(start_gateway: Callable[..., Gateway], request: pytest.FixtureRequest) -> Gateway:
    """A gateway of a judge that nobody looks after yet."""
    return start_gateway(namespace=_namespace(request), gateway_no_key="never")


@pytest.fixture
def fresh_client(redis_server: RedisServer, request: pytest.FixtureRequest) -> Iterator[Client]:
    """The same judge straight through Redis."""
    with Client(msgspec.structs.replace(redis_server.broker, namespace=_namespace(request))) as client:
        yield client


def _namespace(request: pytest.FixtureRequest) -> str:
    return re.sub(r"\W", "-", request.node.name)


def _link(gateway: Gateway) -> tuple[str, str]:
    found = LINK.search(gateway.log())
    assert found, gateway.log()
    return found[1], found[2]


def test_a_person_makes_the_first_key_and_is_signed_in(
    make_context: Callable[..., BrowserContext],
    fresh: Gateway,
    start_gateway: Callable[..., Gateway],
    audit: Callable[[Page], None],
    request: pytest.FixtureRequest,
) -> None:
    page = make_context(base_url=fresh.address).new_page()
    page.context.watch.allow("410")  # type: ignore[attr-defined]
    page.goto(_link(fresh)[0])
    audit(page)
    picture(page, "set-up", documented=True)
    page.get_by_role("button", name="Make the key").click()
    key = page.locator("#key").inner_text()
    expect(page.get_by_role("banner").get_by_role("button", name="Sign out")).to_be_visible()
    expect(page.get_by_role("navigation").get_by_role("link", name="Operations")).to_be_visible()
    expect(page.get_by_text("this machine")).to_have_count(0)
    picture(page, "first-key")
    audit(page)
    assert fresh.get("/api/v1/workers", key=key).status == 200
    page.get_by_role("link", name="Go on to operations").click()
    expect(page.get_by_role("link", name="Sign out").or_(page.get_by_role("button", name="Sign out"))).to_be_visible()
    page.goto(_link(fresh)[0])
    expect(page.get_by_text("This link does not work")).to_be_visible()
    again = start_gateway(namespace=_namespace(request), gateway_no_key="never")
    assert "set-up" not in again.log()


def test_to_look_at_the_link_uses_nothing_up(fresh: Gateway) -> None:
    secret = _link(fresh)[1]
    for _ in range(2):
        assert fresh.get(f"/set-up?link={secret}").status == 200
    assert fresh.get("/set-up?link=" + "x" * 43).status == 410
    assert _post(fresh, secret, origin=fresh.address) == 201
    assert _post(fresh, secret, origin=fresh.address) == 410


@pytest.mark.parametrize(
    "headers", [{}, {"origin": "http://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}]
)
def test_the_page_of_another_site_makes_no_key(fresh: Gateway, headers: dict[str, str]) -> None:
    secret = _link(fresh)[1]
    assert _post(fresh, secret, **headers) == 403
    assert _post(fresh, secret, origin=fresh.address) == 201


def _post(gateway: Gateway, secret: str, **headers: str) -> int:
    return gateway.post("/set-up", f"link={secret}".encode(), headers={"content-type": FORM, **headers}).status


def test_of_many_who_use_links_at_once_one_gets_a_key(fresh_client: Client) -> None:
    queue = fresh_client.queue
    secrets = [queue.run(open_link()) for _ in range(4)]
    assert all(secrets)
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda secret: queue.run(take_link(secret)), secrets * 4))
    assert len([one for one in made if one is not None]) == 1
    assert queue.run(open_link()) == ""


def test_a_link_ends_by_itself(fresh_client: Client) -> None:
    queue = fresh_client.queue
    secret = queue.run(open_link())
    (name,) = queue.link.command("KEYS", queue.link.keys.set_up("*"))
    assert 0 < queue.link.command("PTTL", name) <= OPEN_S * 1000
    assert secret not in str(name)
    queue.link.command("DEL", name)
    assert queue.run(take_link(secret)) is None

"""People sign in with a key, or with an account, and out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from gateway_harness import Gateway
from openid_provider import CLIENT_ID, CLIENT_SECRET, OpenidProvider
from playwright.sync_api import BrowserContext, Page, expect
from service_harness import free_port, until
from web_harness import picture, sign_in, tab_to

from judge.client import Client
from judge.queue.api_keys import Scope, revoke_key

COOKIE = "judge-person"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def site(start_gateway: Callable[..., Gateway], gateway: Gateway) -> Gateway:
    """A gateway where keys are needed."""
    del gateway
    return start_gateway(gateway_no_key="never")


@pytest.fixture
def window(make_context: Callable[..., BrowserContext], site: Gateway) -> Page:
    return make_context(base_url=site.address).new_page()


def _cookie(page: Page) -> str:
    return next((one["value"] for one in page.context.cookies() if one["name"] == COOKIE), "")


def test_who_needs_a_key_signs_in_by_keyboard_and_comes_back(
    window: Page, school: str, audit: Callable[[Page], None]
) -> None:
    window.goto("/submissions?language=c")
    expect(window.get_by_role("heading", name="Sign in")).to_be_visible()
    audit(window)
    picture(window, "sign-in")
    expect(window.get_by_label("Key")).to_be_focused()
    window.keyboard.type(school)
    tab_to(window, window.get_by_role("button", name="Sign in"))
    window.keyboard.press("Enter")
    window.wait_for_url("**/submissions?language=c")
    (cookie,) = [one for one in window.context.cookies() if one["name"] == COOKIE]
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Lax")
    assert school not in json.dumps(window.context.storage_state())
    assert window.evaluate("fetch('/api/v1/me').then((answer) => answer.json())")["tenant"] == "school"


def test_what_is_no_key_is_refused_and_said(window: Page, audit: Callable[[Page], None]) -> None:
    window.context.watch.allow("403")  # type: ignore[attr-defined]
    window.goto("/sign-in")
    window.get_by_label("Key").fill("jk_nonsense")
    window.keyboard.press("Enter")
    expect(window.get_by_role("alert")).to_contain_text("not valid")
    assert _cookie(window) == ""
    audit(window)


def test_a_session_ends_with_its_key(window: Page, site: Gateway, make_key: Callable[..., str], client: Client) -> None:
    key = make_key("school", Scope.READ)
    sign_in(window, site.address, key)
    headers = {"cookie": f"{COOKIE}={_cookie(window)}"}
    assert site.get("/api/v1/me", headers=headers).status == 200
    revoke_key(client.queue, key.split("_")[1])
    until(lambda: site.get("/api/v1/me", headers=headers).problem == "no-key", "the session's end")
    window.goto("/submissions")
    expect(window.get_by_role("heading", name="Sign in")).to_be_visible()


def test_signing_out_ends_the_session_everywhere(window: Page, site: Gateway, school: str) -> None:
    sign_in(window, site.address, school)
    stolen = {"cookie": f"{COOKIE}={_cookie(window)}"}
    window.get_by_role("button", name="Sign out").click()
    expect(window.get_by_role("heading", name="Sign in")).to_be_visible()
    assert _cookie(window) == ""
    until(lambda: site.get("/api/v1/me", headers=stolen).problem == "no-key", "the session's end")


def test_over_tls_the_cookie_is_secure_and_plain_pages_are_others(
    start_gateway: Callable[..., Gateway], school: str
) -> None:
    behind = start_gateway(gateway_no_key="never", gateway_trusted_proxies="127.0.0.1")
    sent = {"content-type": FORM, "host": "judge.example", "x-forwarded-proto": "https", "x-forwarded-for": "192.0.2.7"}
    body = f"key={school}".encode()
    answer = behind.post("/sign-in", body, headers=sent | {"origin": "https://judge.example"})
    assert answer.status == 303
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-judge-person=person-")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
    assert behind.post("/sign-in", body, headers=sent | {"origin": "http://judge.example"}).status == 403
    plain = {"cookie": cookie.partition(";")[0].replace("__Host-", "")}
    assert behind.get("/api/v1/me", headers=plain | {"x-forwarded-proto": "https"}).problem == "no-key"
    over = sent | {"origin": "https://judge.example", "cookie": cookie.partition(";")[0]}
    assert behind.post("/sign-out", b"", headers=over).headers["clear-site-data"] == '"storage"'


@pytest.mark.parametrize("there", ["//evil.example/", "/\\evil.example", "https://evil.example", "/a\nb", "x"])
def test_nobody_is_sent_to_another_site(site: Gateway, school: str, there: str) -> None:
    body = urlencode({"key": school, "next": there}).encode()
    answer = site.post("/sign-in", body, headers={"content-type": FORM, "origin": site.address})
    assert (answer.status, answer.headers["location"]) == (303, "/")


@pytest.mark.parametrize("headers", [{"origin": "http://evil.example"}, {"sec-fetch-site": "same-site"}, {}])
def test_another_sites_page_changes_nothing_with_a_cookie(
    window: Page, site: Gateway, school: str, headers: dict[str, str]
) -> None:
    sign_in(window, site.address, school)
    cookie = {"cookie": f"{COOKIE}={_cookie(window)}"}
    run = {"language": "python3", "source": "print(1)"}
    assert site.post("/api/v1/runs", run, headers=cookie | headers).problem == "foreign-page"
    assert site.post("/sign-in", f"key={school}".encode(), headers={"content-type": FORM, **headers}).status == 403


def test_a_link_from_another_site_leads_to_the_page_but_lets_nobody_read_it(
    window: Page, site: Gateway, school: str
) -> None:
    sign_in(window, site.address, school)
    cookie = {"cookie": f"{COOKIE}={_cookie(window)}"}
    linked = site.get("/submissions", headers=cookie | {"sec-fetch-site": "cross-site"})
    assert linked.status == 200
    assert linked.headers["cross-origin-resource-policy"] == "same-origin"
    assert "frame-ancestors 'none'" in linked.headers["content-security-policy"]
    assert site.get("/submissions", headers=cookie | {"origin": "http://evil.example"}).status == 403
    assert site.get("/api/v1/me", headers=cookie | {"sec-fetch-site": "cross-site"}).problem == "foreign-page"


def test_a_page_says_what_one_may_and_used(
    window: Page, site: Gateway, school: str, audit: Callable[[Page], None]
) -> None:
    site.post("/api/v1/runs?wait=30", {"language": "python3", "source": "print(1)"}, key=school)
    sign_in(window, site.address, school)
    window.goto("/me")
    expect(window.get_by_text("Hand in submissions.")).to_be_visible()
    expect(window.get_by_role("row")).to_have_count(2)
    audit(window)
    picture(window, "me")


@pytest.fixture(scope="module")
def accounts(start_gateway: Callable[..., Gateway], gateway: Gateway, place: Path) -> Iterator[Gateway]:
    """A gateway where people have accounts."""
    del gateway
    secret = place / "client-secret-of-page"
    secret.write_text(CLIENT_SECRET + "\n")
    port = free_port()
    with OpenidProvider().running() as provider:
        provider.claims, provider.token, provider.described = {"preferred_username": "amy"}, provider.signed, {}
        yield start_gateway(
            gateway_port=port,
            gateway_no_key="never",
            oidc_issuer=provider.issuer,
            oidc_client_id=CLIENT_ID,
            oidc_client_secret_file=secret,
            oidc_public_url=f"http://127.0.0.1:{port}",
            oidc_tenant_claim="preferred_username",
        )


def test_a_person_signs_in_with_an_account(make_context: Callable[..., BrowserContext], accounts: Gateway) -> None:
    page = make_context(base_url=accounts.address).new_page()
    page.goto("/submissions")
    picture(page, "sign-in-account")
    page.get_by_role("link", name="Sign in with your account").click()
    page.wait_for_url("**/submissions")
    expect(page.get_by_role("link", name="amy")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()

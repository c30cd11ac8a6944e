"""People sign in by OpenID Connect, at a real provider over real HTTP; and what is not believed of one."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
import oidc_provider_mock  # type: ignore[import-untyped]
import pytest
import urllib3
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from gateway_harness import RUN, Answered, Gateway
from openid_provider import CLIENT_ID, CLIENT_SECRET, OpenidProvider
from service_harness import free_port, until

from judge.client import Client

ROLES = json.dumps({"teacher": ["packages"], "boss": ["admin"]})
FORM = {"content-type": "application/x-www-form-urlencoded"}
PERSON, ATTEMPT = "__Host-judge-person", "__Host-judge-attempt"


class Browser:
    """Keeps cookies and goes where it is sent, a step at a time."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        self.cookies: dict[str, str] = {}
        self.set: list[str] = []

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answered:
        """One request to the gateway; ``headers`` with _ for -."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookies:
            sent["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        answer = self.gateway.ask(method, path, body, headers=sent)
        # Two cookies are one header here; neither has a comma of its own beside that of the date.
        for line in answer.headers.get("set-cookie", "").replace(", __Host", "\n__Host").splitlines():
            self.set.append(line)
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value.strip('"')
            if not self.cookies[name]:
                del self.cookies[name]
        return answer

    def begin(self, then: str = "/docs") -> str:
        """The address at the provider."""
        answer = self.ask("GET", f"/login?next={then}")
        assert answer.status == 302, answer.body
        return answer.headers["location"]

    def returned(self, address: str) -> Answered:
        """The gateway's answer to what the provider sends the browser back with."""
        response = urllib3.request("GET", address, redirect=False)
        assert response.status == 302, response.data
        back = urlsplit(response.headers["location"])
        return self.ask("GET", f"{back.path}?{back.query}", sec_fetch_site="cross-site")

    def sign_in(self) -> Answered:
        """All of it."""
        return self.returned(self.begin())


@pytest.fixture(scope="module")
def provider() -> Iterator[OpenidProvider]:
    with OpenidProvider().running() as provider:
        yield provider


@pytest.fixture(autouse=True)
def honest(provider: OpenidProvider) -> None:
    """As it should be, until a test says otherwise."""
    provider.claims, provider.token, provider.described = {"preferred_username": "amy"}, provider.signed, {}


@pytest.fixture(scope="module")
def site(start_gateway: Callable[..., Gateway], gateway: Gateway, provider: OpenidProvider, place: Path) -> Gateway:
    """A gateway at which people sign in; keys are needed otherwise."""
    del gateway
    secret = place / "client-secret"
    secret.write_text(CLIENT_SECRET + "\n")
    port = free_port()
    return start_gateway(
        gateway_port=port,
        gateway_no_key="never",
        oidc_issuer=provider.issuer,
        oidc_client_id=CLIENT_ID,
        oidc_client_secret_file=secret,
        oidc_public_url=f"http://127.0.0.1:{port}",
        oidc_role_scopes=ROLES,
        oidc_tenant_claim="preferred_username",
    )


@pytest.fixture
def browser(site: Gateway) -> Browser:
    return Browser(site)


def _refused(answer: Answered, said: str = "") -> None:
    assert (answer.status, answer.problem) == (403, "sign-in-failed"), answer.body
    assert said in answer.json()["detail"]
    assert PERSON not in answer.headers.get("set-cookie", "")


def test_a_person_signs_in_and_out(browser: Browser, site: Gateway, provider: OpenidProvider) -> None:
    assert browser.ask("GET", "/api/v1/me").problem == "no-key"
    address = browser.begin("/docs")
    asked = {name: words[0] for name, words in parse_qs(urlsplit(address).query).items()}
    assert asked["redirect_uri"] == f"{site.address}/callback"
    assert (asked["response_type"], asked["code_challenge_method"], asked["client_id"]) == ("code", "S256", CLIENT_ID)
    answer = browser.returned(address)
    assert (answer.status, answer.headers["location"]) == (303, "/docs")
    assert set(browser.cookies) == {PERSON}
    for line in browser.set:
        words = {word.strip().lower() for word in line.split(";")[1:]}
        assert {"httponly", "secure", "samesite=lax", "path=/"} <= words
        assert not any(word.startswith("domain") for word in words)
    me = browser.ask("GET", "/api/v1/me").json()
    assert (me["tenant"], me["person"], me["scopes"]) == ("person.amy", "amy (u-1)", ["run", "submit", "read"])
    assert me["expires_at_ms"] > time.time() * 1000
    run = browser.ask("POST", "/api/v1/runs?wait=30", RUN, origin=site.address)
    assert (run.status, run.json()["tenant"]) == (201, "person.amy")
    kept = dict(browser.cookies)
    assert browser.ask("POST", "/logout", origin=site.address).status == 204
    assert not browser.cookies
    browser.cookies = kept
    assert browser.ask("GET", "/api/v1/me").problem == "no-key"
    assert kept[PERSON].partition(".")[2] not in site.log()


def test_a_person_signs_out_at_the_provider_too(browser: Browser, site: Gateway, provider: OpenidProvider) -> None:
    browser.sign_in()
    kept = dict(browser.cookies)
    answer = browser.ask("POST", "/logout?provider=true", origin=site.address)
    assert answer.status == 303 and not browser.cookies
    address = urlsplit(answer.headers["location"])
    assert f"{address.scheme}://{address.netloc}{address.path}" == f"{provider.issuer}/end"
    asked = {name: words[0] for name, words in parse_qs(address.query).items()}
    assert asked == {"theme": "dark", "client_id": CLIENT_ID, "post_logout_redirect_uri": site.address}
    browser.cookies = kept
    assert browser.ask("GET", "/api/v1/me").problem == "no-key"


def test_redis_has_no_secret_and_forgets(browser: Browser, client: Client) -> None:
    browser.sign_in()
    name, _, secret = browser.cookies[PERSON].partition(".")
    key = client.queue.link.keys.sign_in(name)
    assert secret.encode() not in client.queue.link.command("GET", key)
    assert 0 < client.queue.link.command("TTL", key) <= 28_800
    client.queue.link.command("DEL", key)  # its time is over
    until(lambda: browser.ask("GET", "/api/v1/me").problem == "no-key", "the end of it")


def test_an_admin_signs_somebody_out(browser: Browser, site: Gateway, admin: str) -> None:
    browser.sign_in()
    name = browser.cookies[PERSON].partition(".")[0]
    assert site.ask("DELETE", f"/api/v1/keys/{name}", key=admin).status == 204
    assert site.ask("DELETE", f"/api/v1/keys/{name}", key=admin).problem == "not-found"
    until(lambda: browser.ask("GET", "/api/v1/me").problem == "no-key", "the end of it")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site", "origin": "https://sibling.example"},
        {"sec_fetch_site": "none"},
    ],
)
def test_another_sites_page_changes_nothing(browser: Browser, headers: dict[str, str]) -> None:
    browser.sign_in()
    for method, path in (("POST", "/api/v1/runs"), ("DELETE", "/api/v1/runs/x"), ("POST", "/logout")):
        body = RUN if path.endswith("runs") else None
        assert browser.ask(method, path, body, **headers).problem == "foreign-page"
    assert browser.ask("GET", "/api/v1/me").status == 200
    if headers.get("sec_fetch_site") in ("cross-site", "same-site"):
        assert browser.ask("GET", "/api/v1/me", **headers).problem == "foreign-page"


def test_roles_give_scopes(browser: Browser, provider: OpenidProvider, site: Gateway, admin: str) -> None:
    provider.claims |= {"roles": ["teacher", "nobody", 7]}
    browser.sign_in()
    assert browser.ask("GET", "/api/v1/me").json()["scopes"] == ["run", "submit", "read", "packages"]
    provider.claims |= {"roles": "boss"}
    browser.sign_in()
    assert "admin" in browser.ask("GET", "/api/v1/me").json()["scopes"]
    made = browser.ask("POST", "/api/v1/keys", {"tenant": "club", "scopes": ["run"]}, origin=site.address)
    assert made.status == 201
    acts = site.get("/api/v1/audit?limit=2", key=admin).json()["items"]
    assert [(one["act"], one["by"]) for one in acts] == [
        ("key-created", "person:amy (u-1)"),
        ("admin-signed-in", "person:amy (u-1)"),
    ]


@pytest.mark.parametrize("name", ["a~b", "a b", "", None, 7, "x" * 60])
def test_a_claim_that_names_no_tenant_admits_nobody(browser: Browser, provider: OpenidProvider, name: object) -> None:
    provider.claims = {"preferred_username": name}
    assert browser.sign_in().problem == "not-admitted"


_OTHER_KEY = generate_private_key(65537, 2048)


def _unsigned(claims: dict[str, Any]) -> str:
    words = ({"alg": "none", "typ": "JWT"}, claims)
    return ".".join(base64.urlsafe_b64encode(json.dumps(word).encode()).rstrip(b"=").decode() for word in words) + "."


def _meddled(token: str) -> str:
    head, body, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    claims["preferred_username"] = "boss"
    return ".".join((head, base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode(), signature))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"nonce": "another"}, "another attempt"),
        ({"nonce": None}, "another attempt"),
        ({"aud": "another"}, "Audience"),
        ({"aud": [CLIENT_ID, "another"]}, "another client"),
        ({"azp": "another"}, "another client"),
        ({"iss": "https://another.example"}, "issuer"),
        ({"exp": 1}, "time is over"),
        ({"exp": None}, "exp"),
        ({"iat": 1 << 40}, "iat"),
        ({"sub": None}, "sub"),
        ({"sub": ""}, "nobody"),
    ],
)
def test_a_token_that_says_something_else_is_not_believed(
    browser: Browser, provider: OpenidProvider, wrong: dict[str, Any], said: str
) -> None:
    provider.claims |= wrong
    _refused(browser.sign_in(), said)
    assert PERSON not in browser.cookies


@pytest.mark.parametrize(
    "token",
    [
        lambda provider, claims: _unsigned(claims),
        lambda provider, claims: jwt.encode(claims, CLIENT_SECRET.ljust(64), "HS256", headers={"kid": "first"}),
        lambda provider, claims: jwt.encode(claims, _OTHER_KEY, "RS256", headers={"kid": provider.key_name}),
        lambda provider, claims: _meddled(provider.signed(claims)),
        lambda provider, claims: provider.signed(claims)[:-8],
        lambda provider, claims: "x",
        lambda provider, claims: "",
    ],
    ids=["alg none", "shared secret", "another key", "other claims", "half a signature", "no token", "empty"],
)
def test_a_signature_that_is_not_the_providers_is_not_believed(
    browser: Browser, provider: OpenidProvider, token: Callable[[OpenidProvider, dict[str, Any]], str]
) -> None:
    provider.token = lambda claims: token(provider, claims)
    _refused(browser.sign_in())


def test_a_new_key_of_the_provider_is_found(browser: Browser, provider: OpenidProvider, site: Gateway) -> None:
    browser.sign_in()
    provider.change_key(publish=False)
    _refused(browser.sign_in(), "a key of nobody's")
    provider.change_key(publish=True)
    fresh = Browser(site)
    until(lambda: fresh.sign_in().status == 303, "the new key to be looked for")


@pytest.mark.parametrize("changed", [{"state": "another"}, {"state": ""}, {"iss": "https://another.example"}])
def test_an_answer_that_is_not_to_this_attempt_is_refused(
    browser: Browser, provider: OpenidProvider, changed: dict[str, str]
) -> None:
    del provider
    response = urllib3.request("GET", browser.begin(), redirect=False)
    back = urlsplit(response.headers["location"])
    fields = {name: words[0] for name, words in parse_qs(back.query).items()} | changed
    _refused(browser.ask("GET", f"/callback?{urlencode(fields)}"))


def test_another_browsers_answer_is_refused(browser: Browser, site: Gateway) -> None:
    response = urllib3.request("GET", browser.begin(), redirect=False)
    back = urlsplit(response.headers["location"])
    victim = Browser(site)
    _refused(victim.ask("GET", f"/callback?{back.query}"), "this browser has not begun it")
    victim.begin()
    _refused(victim.ask("GET", f"/callback?{back.query}"), "this browser has not begun it")
    for none in (b"no attempt at all", b'{"x":' + b"[" * 5000):
        victim.cookies[ATTEMPT] = base64.urlsafe_b64encode(none).decode()
        _refused(victim.ask("GET", f"/callback?{back.query}"), "this browser has not begun it")


def test_a_code_is_good_once_and_for_who_asked_for_it(browser: Browser) -> None:
    address = browser.begin()
    attempt = browser.cookies[ATTEMPT]
    back = urlsplit(urllib3.request("GET", address, redirect=False).headers["location"])
    assert browser.ask("GET", f"/callback?{back.query}").status == 303
    browser.cookies[ATTEMPT] = attempt
    _refused(browser.ask("GET", f"/callback?{back.query}"), "does not take the code")
    code = parse_qs(urlsplit(urllib3.request("GET", browser.begin(), redirect=False).headers["location"]).query)["code"]
    state = parse_qs(urlsplit(browser.begin()).query)["state"]  # another attempt, with another verifier
    _refused(browser.ask("GET", f"/callback?code={code[0]}&state={state[0]}"), "does not take the code")


def test_what_the_provider_refuses_is_said(browser: Browser) -> None:
    state = parse_qs(urlsplit(browser.begin()).query)["state"][0]
    _refused(browser.ask("GET", f"/callback?state={state}&error=access_denied"), "access_denied")
    browser.begin()
    _refused(browser.ask("GET", "/callback?state=a&state=b"), "twice")


@pytest.mark.parametrize("then", ["//evil.example", "https://evil.example", "/%5Cevil.example", "/a%0d%0ab", "x", ""])
def test_nobody_is_sent_to_another_site_afterwards(browser: Browser, then: str) -> None:
    assert browser.returned(browser.begin(then)).headers["location"] == "/"


def test_a_description_that_is_not_the_providers_is_not_used(start_gateway: Callable[..., Gateway]) -> None:
    with OpenidProvider().running() as liar:
        one = start_gateway(oidc_issuer=liar.issuer, oidc_client_id="x", oidc_public_url="http://127.0.0.1:1")
        for described in (
            {"issuer": "https://another.example"},
            {"token_endpoint": "http://another.example/token"},
            {"jwks_uri": "file:///etc/passwd"},
            {"authorization_endpoint": 7},
        ):
            liar.described = described
            answer = one.get("/login")
            assert (answer.status, answer.problem) == (502, "no-provider")
        liar.described = {}
        assert one.get("/login").status == 302
    assert one.get("/login").status == 302  # what it is was believed for an hour
    one.stop()


def test_without_a_provider_nobody_signs_in(gateway: Gateway) -> None:
    for method, path in (("GET", "/login"), ("GET", "/callback"), ("POST", "/logout")):
        assert gateway.ask(method, path).problem == "not-found"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_provider_that_is_not_ours_signs_in_too(start_gateway: Callable[..., Gateway], tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("any")
    with oidc_provider_mock.run_server_in_thread(require_nonce=True) as server:
        port = free_port()
        one = start_gateway(
            gateway_port=port,
            oidc_issuer=f"http://localhost:{server.server_port}",
            oidc_client_id="judge",
            oidc_client_secret_file=tmp_path / "secret",
            oidc_public_url=f"http://127.0.0.1:{port}",
        )
        browser = Browser(one)
        address = browser.begin()
        form = urllib3.request("GET", address)
        assert form.status == 200, form.data
        answer = urllib3.request("POST", address, body="sub=bob", headers=FORM, redirect=False)
        assert answer.status == 302, answer.data
        back = urlsplit(answer.headers["location"])
        signed_in = browser.ask("GET", f"{back.path}?{back.query}")
        assert signed_in.status == 303, signed_in.body
        assert browser.ask("GET", "/api/v1/me").json()["tenant"] == "person.bob"
        one.stop()

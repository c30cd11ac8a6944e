"""Packages over HTTP: uploaded, checked, published, named by submissions, listed, taken away; to each its own."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from gateway_harness import Answered, Gateway
from service_harness import Worker

from judge.blobs.package_store import PackageStore
from judge.client import Client
from judge.queue.api_keys import Scope

ROOT = Path(__file__).resolve().parents[2]

ZIP = {"content-type": "application/zip"}
_AC = {"language": "python3", "source": "print(sum(map(int, input().split())))"}


def zipped(files: Mapping[str, str | bytes]) -> bytes:
    """A zip file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def variant(mark: str, **changed: str) -> bytes:
    """examples/sum as a zip file that has another digest for each ``mark``."""
    root = ROOT / "examples" / "sum"
    files: dict[str, str | bytes] = {
        str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()
    }
    files["statement/problem.en.md"] = mark
    return zipped({f"sum/{name}": content for name, content in (files | changed).items()})


@pytest.fixture(scope="module")
def author(make_key: Callable[..., str]) -> str:
    """A key of "school" that may publish and submit."""
    return make_key("school", Scope.PACKAGES, Scope.SUBMIT, Scope.READ)


@pytest.fixture(scope="module")
def stranger(make_key: Callable[..., str]) -> str:
    """The same of another tenant."""
    return make_key("other", Scope.PACKAGES, Scope.SUBMIT, Scope.READ)


def publish(gateway: Gateway, key: str, body: bytes, query: str) -> Answered:
    """Publish a zip file."""
    return gateway.post(f"/api/v1/packages?{query}", body, key=key, headers=ZIP)


def test_a_published_package_is_found_by_name_version_and_digest(gateway: Gateway, author: str, place: Path) -> None:
    answer = publish(gateway, author, variant("found"), "name=found&version=1.0")
    assert answer.status == 201, answer.body
    form = answer.json()
    assert (form["name"], form["version"], form["submissions"]) == ("found", "1.0", 21)
    assert answer.headers["location"] == "/api/v1/packages/found@1.0"
    assert PackageStore(str(place / "packages")).has(form["package"])
    for reference in ("found", "found@1.0", form["package"]):
        seen = gateway.get(f"/api/v1/packages/{reference}", key=author)
        assert (seen.status, seen.json()["package"]) == (200, form["package"]), seen.body


def test_without_a_name_and_version_it_has_its_own_and_the_next_number(gateway: Gateway, author: str) -> None:
    first, again = (publish(gateway, author, variant("own"), "") for _ in range(2))
    assert [answer.json()["version"] for answer in (first, again)] == ["1", "1"]
    assert first.json()["name"] == "sum"
    assert publish(gateway, author, variant("own, mended"), "").json()["version"] == "2"


def test_a_version_stands_for_one_package_for_good(gateway: Gateway, author: str) -> None:
    assert publish(gateway, author, variant("one"), "name=fixed&version=1").status == 201
    assert publish(gateway, author, variant("one"), "name=fixed&version=1").status == 201
    refused = publish(gateway, author, variant("two"), "name=fixed&version=1")
    assert (refused.status, refused.problem) == (409, "name-taken")


def test_a_submission_names_it_and_is_pinned_to_its_digest(gateway: Gateway, author: str, worker: Worker) -> None:
    old = publish(gateway, author, variant("pinned 1"), "name=pinned").json()["package"]
    submission = gateway.post("/api/v1/submissions?wait=60", {"package": "pinned", **_AC}, key=author).json()
    assert (submission["status"], submission["package"]) == ("AC", old)
    new = publish(gateway, author, variant("pinned 2"), "name=pinned").json()["package"]
    for reference, digest in (("pinned", new), ("pinned@1", old), ("pinned@2", new), (old, old)):
        sent = gateway.post("/api/v1/submissions", {"package": reference, **_AC}, key=author).json()
        assert sent["package"] == digest


def test_another_tenants_package_is_not_there(gateway: Gateway, author: str, stranger: str, admin: str) -> None:
    digest = publish(gateway, author, variant("secret"), "name=secret").json()["package"]
    for reference in ("secret", "secret@1", digest):
        assert gateway.get(f"/api/v1/packages/{reference}", key=stranger).status == 404
        assert gateway.ask("DELETE", f"/api/v1/packages/{reference}", key=stranger).status == 404
        refused = gateway.post("/api/v1/submissions", {"package": reference, **_AC}, key=stranger)
        assert (refused.problem, refused.json()["errors"][0]["pointer"]) == ("bad-field", "/package")
    never_there = "sha256:" + "0" * 64
    unknown = gateway.post("/api/v1/submissions", {"package": never_there, **_AC}, key=stranger)
    assert unknown.json()["detail"].replace(never_there, digest) == refused.json()["detail"]
    assert gateway.get("/api/v1/packages?tenant=school", key=stranger).status == 404
    assert gateway.get("/api/v1/packages/secret?tenant=school", key=admin).json()["package"] == digest
    assert publish(gateway, stranger, variant("theirs"), "name=secret").json()["version"] == "1"


def test_the_same_content_of_two_tenants_is_eachs_own(gateway: Gateway, author: str, stranger: str) -> None:
    first, second = (publish(gateway, key, variant("shared"), "name=shared").json() for key in (author, stranger))
    assert first["package"] == second["package"]
    assert gateway.ask("DELETE", "/api/v1/packages/shared", key=author).status == 204
    assert gateway.get("/api/v1/packages/shared", key=author).status == 404
    assert gateway.get("/api/v1/packages/shared", key=stranger).status == 200


def test_what_was_published_by_other_ways_stays_open(gateway: Gateway, author: str, other: str, place: Path) -> None:
    root = place / "open" / "sum"
    with zipfile.ZipFile(io.BytesIO(variant("open"))) as archive:
        archive.extractall(root.parent)
    digest = PackageStore(str(place / "packages")).publish(root)
    assert publish(gateway, author, variant("open"), "name=open").json()["package"] == digest
    assert gateway.post("/api/v1/submissions", {"package": digest, **_AC}, key=other).status == 201
    assert gateway.ask("DELETE", "/api/v1/packages/open", key=author).status == 204
    assert gateway.post("/api/v1/submissions", {"package": digest, **_AC}, key=other).status == 201


def test_what_was_taken_away_is_named_no_more_and_what_was_accepted_is_judged(gateway: Gateway, author: str) -> None:
    digest = publish(gateway, author, variant("gone"), "name=gone").json()["package"]
    sent = gateway.post("/api/v1/submissions", {"package": "gone", **_AC}, key=author)
    assert gateway.ask("DELETE", "/api/v1/packages/gone@1", key=author).status == 204
    assert gateway.ask("DELETE", "/api/v1/packages/gone@1", key=author).status == 404
    for reference in ("gone", "gone@1", digest):
        assert gateway.post("/api/v1/submissions", {"package": reference, **_AC}, key=author).problem == "bad-field"
    assert gateway.get(sent.headers["location"] + "?wait=60", key=author).json()["status"] == "AC"


def test_the_trail_says_who_published_and_took_away(gateway: Gateway, author: str, admin: str) -> None:
    digest = publish(gateway, author, variant("audited"), "name=audited").json()["package"]
    publish(gateway, author, variant("audited"), "name=audited")  # it is there: nothing is done
    gateway.ask("DELETE", "/api/v1/packages/audited", key=author)
    gateway.ask("DELETE", "/api/v1/packages/audited", key=author)
    items = gateway.get("/api/v1/audit?limit=20", key=admin).json()["items"]
    by, detail = f"key:{author.split('_')[1]}", f"tenant school, {digest}"
    assert [(one["act"], one["by"], one["detail"]) for one in items if one["what"] == "audited@1"] == [
        ("package-removed", by, detail),
        ("package-published", by, detail),
    ]


def test_the_newest_version_is_the_one_before_when_the_last_is_gone(gateway: Gateway, author: str) -> None:
    old = publish(gateway, author, variant("older"), "name=back").json()["package"]
    publish(gateway, author, variant("newer"), "name=back")
    assert gateway.ask("DELETE", "/api/v1/packages/back", key=author).status == 204
    assert gateway.get("/api/v1/packages/back", key=author).json()["package"] == old


def test_lists_go_on_page_by_page_newest_first(gateway: Gateway, make_key: Callable[..., str]) -> None:
    key = make_key("lister", Scope.PACKAGES, Scope.READ)
    for name in "abc":
        assert publish(gateway, key, variant("listed"), f"name={name}").status == 201
    first = gateway.get("/api/v1/packages?limit=2", key=key).json()
    second = gateway.get(f"/api/v1/packages?limit=2&after={first['next']}", key=key).json()
    assert [item["name"] for item in (*first["items"], *second["items"])] == ["c", "b", "a"]
    assert second["next"] is None


def test_who_owns_the_package_sees_hidden_tests_and_contestants_do_not(
    gateway: Gateway, author: str, school: str
) -> None:
    publish(gateway, author, variant("owned"), "name=owned")
    samples = [path.read_text().split() for path in (ROOT / "examples" / "sum" / "data" / "sample").glob("*.in")]
    source = f"words = input().split(); print(sum(map(int, words)) if words in {samples} else 'printed')"
    asked = {"package": "owned", "language": "python3", "source": source}
    sent = gateway.post("/api/v1/submissions?wait=60", asked, key=school)
    assert sent.json()["status"] == "WA"
    owner, reader = (gateway.get(sent.headers["location"], key=key).body for key in (author, school))
    assert (b'"head":"printed' in owner, b"printed" in reader) == (True, False), owner


def test_a_check_keeps_nothing(gateway: Gateway, author: str, place: Path) -> None:
    found = gateway.post("/api/v1/packages/check", variant("checked"), key=author, headers=ZIP).json()
    assert (found["ok"], found["title"] != "", found["error"]) == (True, True, "")
    assert not PackageStore(str(place / "packages")).has(found["package"])
    broken = variant("broken", **{"problem.yaml": "name: x\nlimits: {time_limit: much}\n"})
    found = gateway.post("/api/v1/packages/check", broken, key=author, headers=ZIP).json()
    assert not found["ok"]
    assert any(one["file"] == "problem.yaml" and one["line"] for one in found["diagnostics"]), found


def _bomb() -> bytes:
    return zipped({"problem.yaml": "name: x", "data/secret/1.in": b"\0" * (300 << 20)})


def _link() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("problem.yaml", "name: x")
        entry = zipfile.ZipInfo("data")
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(entry, "/etc")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "zip"),
        (b"PK\x03\x04 nonsense", "zip"),
        (zipped({"readme": "no package"}), "no problem package"),
        (zipped({"problem.yaml": "a: [", "data/secret/1.in": ""}), "problem.yaml:"),
        (zipped({"problem.yaml": "name: x", "../../evil": "x"}), "leaves the package"),
        (zipped({"problem.yaml": "name: x", "/etc/evil": "x"}), "relative path"),
        (_link(), "leaves the package"),
        (_bomb(), "a bomb"),
        (zipped({"problem.yaml": "a: &a [1]\n" + "b: &b [*a,*a,*a,*a]\n" * 3}), "problem.yaml"),
        (zipped({"problem.yaml": "[" * 100_000}), "problem.yaml"),
    ],
    ids=["empty", "damaged", "foreign", "yaml", "leaves", "absolute", "link", "bomb", "anchors", "deep"],
)
def test_hostile_and_broken_packages_are_refused_with_the_place(
    gateway: Gateway, author: str, body: bytes, said: str
) -> None:
    answer = publish(gateway, author, body, "name=bad")
    assert (answer.status, answer.problem) == (422, "bad-package"), answer.body
    problem = answer.json()
    places = [f"{one['file']}:{one['line']}: {one['message']}" for one in problem.get("diagnostics", ())]
    assert said in "\n".join((problem["detail"], *places)), problem
    assert gateway.get("/api/v1/packages/bad", key=author).status == 404


@pytest.mark.parametrize(
    ("query", "parameter"),
    [("name=../up", "name"), ("name=a@b", "name"), ("version=%20", "version"), ("refuse=all", "refuse"),
     ("nam=x", "nam"), ("name=" + "x" * 65, "name")],
)  # fmt: skip
def test_each_bad_parameter_is_named(gateway: Gateway, author: str, query: str, parameter: str) -> None:
    answer = publish(gateway, author, variant("query"), query)
    assert (answer.problem, answer.json()["errors"][0]["parameter"]) == ("bad-field", parameter)


def test_only_zip_is_taken_and_only_with_the_scope(gateway: Gateway, author: str, school: str) -> None:
    as_json = gateway.post("/api/v1/packages?name=x", {"path": "/etc"}, key=author)
    assert as_json.problem == "bad-media-type"
    packed = {**ZIP, "content-encoding": "gzip"}
    assert gateway.post("/api/v1/packages", b"x", key=author, headers=packed).problem == "bad-media-type"
    assert publish(gateway, school, variant("scope"), "name=x").problem == "no-scope"


def test_warnings_count_where_that_is_wanted(gateway: Gateway, author: str) -> None:
    files = {"problem.yaml": "problem_format_version: legacy\nname: x\nno_such_key: 1\n"}
    body = variant("warned", **files)
    found = gateway.post("/api/v1/packages/check?refuse=warnings", body, key=author, headers=ZIP).json()
    refused = publish(gateway, author, body, "name=warned&refuse=warnings")
    assert not found["ok"]
    assert (refused.problem, bool(refused.json()["diagnostics"])) == ("bad-package", True)
    assert publish(gateway, author, body, "name=warned&refuse=blocking").status == 201


def test_limits_of_size_and_number(
    start_gateway: Callable[..., Gateway], make_key: Callable[..., str], worker: Worker
) -> None:
    key = make_key("small", Scope.PACKAGES, Scope.READ)
    small = start_gateway(package_upload_bytes_max=100_000, tenant_packages=1)
    too_large = publish(small, key, b"x" * 100_001, "name=x")
    assert (too_large.status, too_large.problem) == (413, "too-large")
    assert publish(small, key, variant("first"), "name=x").status == 201
    assert publish(small, key, variant("second"), "name=x").problem == "quota"
    unpacked = start_gateway(package_unpacked_bytes_max=1000)
    assert publish(unpacked, key, variant("second"), "name=x").problem == "bad-package"
    none = start_gateway(package_store="")
    assert publish(none, key, variant("first"), "name=x").problem == "no-store"


def test_the_store_loses_what_nobody_has_after_a_day(
    client: Client, gateway: Gateway, author: str, place: Path
) -> None:
    store = PackageStore(str(place / "packages"))
    digest = publish(gateway, author, variant("swept"), "name=swept").json()["package"]
    assert gateway.ask("DELETE", "/api/v1/packages/swept", key=author).status == 204
    assert store.has(digest)
    link = client.queue.link
    link.command("ZADD", link.keys.package_garbage(), 1, digest)  # as if the day were over
    publish(gateway, author, variant("the next"), "name=next")
    assert not store.has(digest)
    assert publish(gateway, author, variant("swept"), "name=swept").status == 201
    assert store.has(digest)


def test_many_uploads_of_one_package_at_once_are_one_version(gateway: Gateway, author: str, stranger: str) -> None:
    body = variant("at once")
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda key: publish(gateway, key, body, "name=at-once"), (author, stranger) * 6))
    assert {answer.problem for answer in answers} <= {"", "too-many"}
    published = [answer.json() for answer in answers if not answer.problem]
    assert {(form["version"], form["package"]) for form in published} == {("1", published[0]["package"])}
    for key in (author, stranger):
        sent = gateway.post("/api/v1/submissions", {"package": "at-once", **_AC}, key=key)
        assert sent.json()["package"] == published[0]["package"]
    elsewhere = gateway.get(f"/api/v1/packages/{published[0]['package']}?tenant=school", key=stranger)
    assert elsewhere.status == 404


def test_an_upload_that_breaks_off_leaves_nothing(gateway: Gateway, author: str) -> None:
    body = variant("broken off")
    with gateway.connect() as connection:
        head = (
            f"POST /api/v1/packages?name=half HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {author}\r\n"
            f"Content-Type: application/zip\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        connection.sendall(head.encode() + body[: len(body) // 2])
    assert gateway.get("/api/v1/packages/half", key=author).status == 404
    assert publish(gateway, author, body, "name=half").status == 201

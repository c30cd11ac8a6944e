"""The one map of Redis: the name of everything that the queue keeps there, and what lies under it.

Python asks :class:`Keys`. The Lua scripts say ``key.NAME`` or ``key.NAME(PART, ...)`` with the same names, which are
spelled out when a script is loaded (:func:`spelled_out`): a table made at each call would cost Redis 4 us.
``docs/reference/wire.md`` shows the same map (:func:`legend`, compared by a test). Nowhere else is a key spelled.

A *lane* is "CLASS|ROUTE" (:func:`lane_of`): all waiting work of one priority class that the same workers may take.
"""

from __future__ import annotations

import inspect
import re

from judge import wire

# long: it is one map, so that a look shows every name.

#: Right before the place of "done" or "cancelled" in a stream of events: a reader from here on wakes for the end alone.
#: Workers and clients of an earlier version put that where any event goes.
BEFORE_LAST = "9999999999999999-0"


class Keys:
    """The keys behind one prefix ("{judge}:"). Each docstring begins with the type that Redis keeps there."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix

    def record(self, id: str) -> str:
        """hash: a submission: state, sub (JSON), src (digest), class, tenant, route, seq, at, attempt, blamed, fell,
        over, lacks (JSON, the workers without what it needs), home (the route it came by, once it was handed on),
        fence, events_fence and events_count (progress of the newest claim), node, slot, claimed_at, done_at, verdict,
        report, summary, language, why, origin; amended_by, amended_at, report_before, verdict_before once a rejudge
        was applied; typed_fence, typed_bytes, typist and typist_from of a session; callback (webhook and address);
        carried and carried_read (name and version of the carried state that it was judged by)"""
        return f"{self.prefix}s:{id}"

    def events(self, id: str) -> str:
        """stream: a submission's progress; the last event has the id 9999999999999999-1"""
        return f"{self.prefix}e:{id}"

    def index(self) -> str:
        """sorted set: ids by the time they were handed in"""
        return f"{self.prefix}index"

    def index_of(self, tenant: str) -> str:
        """sorted set: the same for one tenant"""
        return f"{self.prefix}index:{tenant}"

    def session_input(self, id: str, fence: str) -> str:
        """stream: what a session's client said to the claim of this fence and its worker has not taken yet"""
        return f"{self.prefix}in:{id}:{fence}"

    def session_output(self, id: str, fence: str) -> str:
        """stream: the newest output of a session"""
        return f"{self.prefix}out:{id}:{fence}"

    def done(self) -> str:
        """sorted set: finished ids by the time they were finished"""
        return f"{self.prefix}done"

    def sources(self, digest: str) -> str:
        """string: sources (JSON), kept once however many submissions share them"""
        return f"{self.prefix}src:{digest}"

    def source_uses(self) -> str:
        """hash: digest of sources -> how many records use them"""
        return f"{self.prefix}srcref"

    def sequence(self) -> str:
        """string: the running number that orders submissions"""
        return f"{self.prefix}seq"

    def lanes(self) -> str:
        """set: the lanes that have work"""
        return f"{self.prefix}lanes"

    def lane_ages(self, lane: str) -> str:
        """sorted set: all ids that wait in a lane by the time they were handed in"""
        return f"{self.prefix}a:{lane}"

    def lane_tenants(self, lane: str) -> str:
        """sorted set: the tenants that a lane serves now by their virtual time"""
        return f"{self.prefix}l:{lane}"

    def lane_fifo(self, lane: str, tenant: str) -> str:
        """sorted set: one tenant's ids in a lane by their number"""
        return f"{self.prefix}w:{lane}:{tenant}"

    def tenant_tags(self, priority_class: str) -> str:
        """hash: tenant -> its virtual time within a class (start-time fair queueing)"""
        return f"{self.prefix}tag:{priority_class}"

    def class_vtimes(self) -> str:
        """hash: class -> virtual time of its newest claim"""
        return f"{self.prefix}vtime"

    def class_passes(self) -> str:
        """hash: class -> its pass (stride scheduling); `*` is the pass of the newest claim"""
        return f"{self.prefix}pass"

    def class_waiting(self) -> str:
        """hash: class -> how many wait"""
        return f"{self.prefix}waiting"

    def tenant(self, tenant: str) -> str:
        """hash: how many of a tenant's submissions wait and run"""
        return f"{self.prefix}t:{tenant}"

    def parked(self, tenant: str) -> str:
        """set: the lanes that a tenant is kept out of while it is at its limit"""
        return f"{self.prefix}parked:{tenant}"

    def rate(self, tenant: str) -> str:
        """hash: a tenant's token bucket"""
        return f"{self.prefix}rate:{tenant}"

    def leases(self) -> str:
        """sorted set: claimed and held ids by the end of their lease (server time, milliseconds)"""
        return f"{self.prefix}lease"

    def workers(self) -> str:
        """sorted set: workers by their last sign of life"""
        return f"{self.prefix}workers"

    def worker(self, node: str) -> str:
        """hash: a worker: session, state (on, draining, out), reason, info (JSON), since"""
        return f"{self.prefix}worker:{node}"

    def serves(self, node: str) -> str:
        """set: the routes that a worker serves"""
        return f"{self.prefix}serves:{node}"

    def held(self, node: str) -> str:
        """hash: slot -> the claim it holds, JSON: slot, id, fence, pid, priority_class"""
        return f"{self.prefix}n:{node}"

    def waiting_slots(self) -> str:
        """sorted set: slots that found nothing and wait for tickets (the words of their claim, JSON) by the time until
        which they do"""
        return f"{self.prefix}idle"

    def handed(self, node: str, slot: str) -> str:
        """list: what was claimed for a slot that waits: a line of JSON (id, fence, attempt, milliseconds waited, class,
        length of the submission), submission, sources"""
        return f"{self.prefix}h:{node}:{slot}"

    def slots(self) -> str:
        """hash: worker -> how many slots it has"""
        return f"{self.prefix}slots"

    def control(self, node: str) -> str:
        """channel: claims of a worker that were cancelled, in the form of `n:NODE`; `interrupt` before: get SIGINT"""
        return f"{self.prefix}ctl.{node}"

    def settled(self) -> str:
        """channel: the id of each submission that is finished or cancelled, at that moment"""
        return f"{self.prefix}settled"

    def news(self, id: str) -> str:
        """channel: something was appended to that submission's stream of events"""
        return f"{self.prefix}news:{id}"

    def tickets(self, route: str) -> str:
        """list: Celery's queue of a route"""
        return f"{self.prefix}{wire.celery_queue(route)}"

    def ticket_template(self) -> str:
        """string: the message that wakes a worker, its number open"""
        return f"{self.prefix}ticket"

    def ticket_serial(self) -> str:
        """string: the number of the newest ticket"""
        return f"{self.prefix}ticket-serial"

    def languages(self) -> str:
        """hash: every name of every language -> its id"""
        return f"{self.prefix}languages"

    def language_cards(self) -> str:
        """hash: language -> what clients show of it (JSON)"""
        return f"{self.prefix}language-cards"

    def offered(self) -> str:
        """hash: a route that was found served -> until when that is believed"""
        return f"{self.prefix}offered"

    def policy(self) -> str:
        """hash: limits; `NAME/TENANT` is one tenant's own, `keep_ms:KIND` that of a kind of work"""
        return f"{self.prefix}policy"

    def weights(self) -> str:
        """hash: class -> its weight"""
        return f"{self.prefix}weights"

    def counters(self) -> str:
        """hash: what was counted, and the few gauges of the queue"""
        return f"{self.prefix}stat"

    def schema(self) -> str:
        """string: the version of all this"""
        return f"{self.prefix}schema"

    def scripts(self) -> str:
        """hash: the texts of the clients' scripts by name"""
        return f"{self.prefix}scripts"

    def answer(self, tenant: str, digest: str) -> str:
        """string: number and id of the record whose report answers the same work again; expires"""
        return f"{self.prefix}answer:{tenant}:{digest}"

    def rejudge(self, batch: str) -> str:
        """hash: old id -> id of its new judging"""
        return f"{self.prefix}rejudge:{batch}"

    def rejudges(self) -> str:
        """set: the batches of rejudging"""
        return f"{self.prefix}rejudges"

    def rejudge_tenants(self) -> str:
        """hash: batch of rejudging -> the tenant that started it over HTTP"""
        return f"{self.prefix}rejudge-tenants"

    def blob(self, tenant: str, digest: str) -> str:
        """hash: a tenant's blob: size, at, expires, life (milliseconds), bare (put without a name), object (its name in
        the store) or content (it lies here)"""
        return f"{self.prefix}blob:{tenant}:{digest}"

    def blob_labels(self, tenant: str, digest: str) -> str:
        """set: the names that a tenant gave a blob"""
        return f"{self.prefix}blob-labels:{tenant}:{digest}"

    def blob_index(self, tenant: str) -> str:
        """sorted set: digests of a tenant's blobs by the time they were put"""
        return f"{self.prefix}blob-index:{tenant}"

    def blob_names(self, tenant: str) -> str:
        """hash: name -> digest of a tenant's blob"""
        return f"{self.prefix}blob-names:{tenant}"

    def blob_usage(self, tenant: str) -> str:
        """hash: bytes and count of a tenant's blobs, uploads that have begun included; memory: bytes of those whose
        content lies in Redis; naming: how many uploads bring a name"""
        return f"{self.prefix}blob-usage:{tenant}"

    def blob_ends(self, tenant: str) -> str:
        """sorted set: digests of a tenant's newest expired blobs by when they expired"""
        return f"{self.prefix}blob-ends:{tenant}"

    def blob_expiry(self) -> str:
        """sorted set: "TENANT DIGEST" of every blob by when it expires"""
        return f"{self.prefix}blob-expiry"

    def blob_upload(self, object: str) -> str:
        """hash: an upload to the store that has begun: tenant, digest, size, life, name"""
        return f"{self.prefix}blob-upload:{object}"

    def blob_uploads(self) -> str:
        """sorted set: names in the store of uploads by when they must be done"""
        return f"{self.prefix}blob-uploads"

    def blob_garbage(self) -> str:
        """sorted set: names in the store of what is to be removed there by when a worker may try"""
        return f"{self.prefix}blob-garbage"

    def blob_memory(self) -> str:
        """string: bytes of all blobs whose content lies in Redis"""
        return f"{self.prefix}blob-memory"

    def api_key(self, id: str) -> str:
        """hash: a key for HTTP: hash (SHA-256 of its secret), key (JSON: what it may), used_at (Unix milliseconds)"""
        return f"{self.prefix}api-key:{id}"

    def api_keys(self) -> str:
        """sorted set: ids of the keys for HTTP by when they were made"""
        return f"{self.prefix}api-keys"

    def sign_in(self, id: str) -> str:
        """string: a person who is signed in (JSON): hash (SHA-256 of the cookie's secret), rights,
        by_key (they are a key's); expires"""
        return f"{self.prefix}sign-in:{id}"

    def set_up(self, hash: str) -> str:
        """string: a link that makes the first key of an admin is open: SHA-256 of its secret; expires"""
        return f"{self.prefix}set-up:{hash}"

    def batch(self, id: str) -> str:
        """hash: a batch: tenant, at, whole (its body came to its end), upload (the request that sends it now), lines,
        done, refused, withdrawn (counts), cancelled, done_at, bytes, owner and owner_until (the gateway that tends it)
        """
        return f"{self.prefix}batch:{id}"

    def batch_ids(self, id: str) -> str:
        """hash: what a line is known by -> its number, and the digest of what it asks for"""
        return f"{self.prefix}batch-ids:{id}"

    def batch_lines(self, id: str) -> str:
        """hash: number -> a line that was not handed in yet (MessagePack)"""
        return f"{self.prefix}batch-lines:{id}"

    def batch_waiting(self, id: str) -> str:
        """sorted set: those lines, "NUMBER PROGRAM", by number"""
        return f"{self.prefix}batch-waiting:{id}"

    def batch_running(self, id: str) -> str:
        """hash: number of a line that was handed in -> its custom_id, program, whether its record is kept, and
        its bytes (MessagePack)"""
        return f"{self.prefix}batch-running:{id}"

    def batch_programs(self, id: str) -> str:
        """hash: program -> the line that compiles it, or `ready`"""
        return f"{self.prefix}batch-programs:{id}"

    def batch_results(self, id: str) -> str:
        """hash: number of a line -> its result (MessagePack)"""
        return f"{self.prefix}batch-results:{id}"

    def batch_order(self, id: str) -> str:
        """list: numbers of lines in the order of their results"""
        return f"{self.prefix}batch-order:{id}"

    def batches_of(self, tenant: str) -> str:
        """sorted set: a tenant's batches by the time they were begun"""
        return f"{self.prefix}batches:{tenant}"

    def batch_usage(self, tenant: str) -> str:
        """string: bytes of all lines and results of a tenant's batches"""
        return f"{self.prefix}batch-usage:{tenant}"

    def batches_tended(self) -> str:
        """sorted set: batches with something to hand in or to collect, by when they were begun"""
        return f"{self.prefix}batches-tended"

    def batch_turns(self, tenant: str) -> str:
        """sorted set: those of one tenant by when a gateway may take them: when they came into the line, or, of those
        that are tended, when that gateway counts as gone"""
        return f"{self.prefix}batch-turns:{tenant}"

    def batch_tenants(self) -> str:
        """sorted set: tenants with such batches by when a gateway took some of them last, or may take one"""
        return f"{self.prefix}batch-tenants"

    def batches_kept(self) -> str:
        """sorted set: all batches by when they are removed"""
        return f"{self.prefix}batches-kept"

    def socket_ticket(self, digest: str) -> str:
        """string: what a ticket for a session's WebSocket is good for (JSON), by the SHA-256 of its text; expires"""
        return f"{self.prefix}socket-ticket:{digest}"

    def state(self, tenant: str, name: str) -> str:
        """hash: a carried state: version (the newest), at, by (the work that left it), size, bytes (of all versions)"""
        return f"{self.prefix}state:{tenant}:{name}"

    def state_versions(self, tenant: str, name: str) -> str:
        """hash: version -> content, of those that are kept"""
        return f"{self.prefix}state-versions:{tenant}:{name}"

    def state_turns(self, tenant: str, name: str) -> str:
        """list: "ID FENCE" of claims that lost a race for it, and are served before others; expires"""
        return f"{self.prefix}state-turns:{tenant}:{name}"

    def attempts(self, tenant: str, assignment: str, student: str) -> str:
        """hash: id of a submission -> "NUMBER TIME", a student's attempts at an assignment (its name, or @ and its
        digest; + before it: what those who mark handed in); expires"""
        return f"{self.prefix}attempts:{tenant}:{assignment}:{student}"

    def states_of(self, tenant: str) -> str:
        """sorted set: names of a tenant's states by when they were used last"""
        return f"{self.prefix}states:{tenant}"

    def state_usage(self, tenant: str) -> str:
        """hash: bytes and count of a tenant's states; serial: the number of its newest version of any"""
        return f"{self.prefix}state-usage:{tenant}"

    def states_used(self) -> str:
        """sorted set: "TENANT NAME" of every state by when it was used last"""
        return f"{self.prefix}states-used"

    def package(self, digest: str) -> str:
        """hash: a package that came by HTTP: t:TENANT -> bytes in the store, for each that published it; managed; open
        (the store had it before: all who know the digest may use it); removing (until when, Unix milliseconds)"""
        return f"{self.prefix}package:{digest}"

    def package_names(self, tenant: str) -> str:
        """hash: NAME@VERSION -> digest and card (JSON) of what a tenant published"""
        return f"{self.prefix}package-names:{tenant}"

    def package_labels(self, tenant: str, digest: str) -> str:
        """set: NAME@VERSION of a tenant's package"""
        return f"{self.prefix}package-labels:{tenant}:{digest}"

    def package_versions(self, tenant: str, name: str) -> str:
        """sorted set: versions of a name by when they were published"""
        return f"{self.prefix}package-versions:{tenant}:{name}"

    def package_index(self, tenant: str) -> str:
        """sorted set: NAME@VERSION by when it was published"""
        return f"{self.prefix}package-index:{tenant}"

    def package_usage(self, tenant: str) -> str:
        """string: bytes of a tenant's packages in the store"""
        return f"{self.prefix}package-usage:{tenant}"

    def package_garbage(self) -> str:
        """sorted set: digests of packages that nobody has any more by when the store may lose them"""
        return f"{self.prefix}package-garbage"

    def audit(self) -> str:
        """stream: what was done by those who run the judge, the newest 100,000: act, by, what, detail"""
        return f"{self.prefix}audit"

    def usage(self, day: str) -> str:
        """hash: what was used on a day (days since 1970): `TENANT works`, `TENANT cpu_ms`, `TENANT bytes`; expires"""
        return f"{self.prefix}usage:{day}"

    def series_work(self, step: str, span: str) -> str:
        """hash: work that was over in a minute (step 60) or hour (3600, of minutes that are over); span = Unix time /
        step. "TENANT CLASS LANGUAGE" between tabs, and `ms` (time in slots) or `wEjF`: how many waited less than 2^E
        milliseconds and not less than half of that, and were judged less than 2^F; expires"""
        return f"{self.prefix}series:work:{step}:{span}"

    def series_queue(self, step: str, span: str) -> str:
        """hash: how the queue stood in a span: `waiting CLASS`, running, slots, oldest_ms (of an hour the peaks);
        `count NAME`, a counter when the span began; expires"""
        return f"{self.prefix}series:queue:{step}:{span}"

    def series_workers(self, span: str) -> str:
        """hash: worker -> "busy load noise" in a minute, `-` = not known; expires"""
        return f"{self.prefix}series:workers:{span}"

    def open_now(self, kind: str, tenant: str) -> str:
        """sorted set: streams or WebSockets that a tenant has open at gateways, by when they count no more; expires"""
        return f"{self.prefix}open:{kind}:{tenant}"

    def open_sessions(self, tenant: str) -> str:
        """set: ids of a tenant's sessions that are not over"""
        return f"{self.prefix}open-sessions:{tenant}"

    def share(self, link: str) -> str:
        """hash: what a tenant shares by a link, by the link's SHA-256: tenant, content (JSON), until (Unix
        milliseconds); expires"""
        return f"{self.prefix}share:{link}"

    def share_ends(self) -> str:
        """sorted set: "LINK BYTES TENANT" of everything that is shared by when it is over"""
        return f"{self.prefix}share-ends"

    def share_usage(self, tenant: str) -> str:
        """hash: count and bytes of what a tenant shares"""
        return f"{self.prefix}share-usage:{tenant}"

    def share_memory(self) -> str:
        """string: bytes of all that is shared"""
        return f"{self.prefix}share-memory"

    def maintenance(self) -> str:
        """hash: while no work is taken in: message, retry_s, since (Unix milliseconds), by"""
        return f"{self.prefix}maintenance"

    def webhook(self, id: str) -> str:
        """hash: a webhook: webhook (JSON, its secrets included), version, tenant, state (on, off, gone), rule (JSON,
        what it is told), sent, failed (counts), failures (since the last success), last_at, last (JSON, the newest
        attempt)
        """
        return f"{self.prefix}webhook:{id}"

    def webhooks(self) -> str:
        """sorted set: ids of all webhooks by when they were made"""
        return f"{self.prefix}webhooks"

    def webhooks_of(self, tenant: str) -> str:
        """sorted set: the same for one tenant; `*` = of those that are told about everybody's work"""
        return f"{self.prefix}webhooks:{tenant}"

    def webhook_rules(self) -> str:
        """hash: tenant, or `*` -> what its webhooks are told (JSON)"""
        return f"{self.prefix}webhook-rules"

    def webhook_delivery(self, id: str) -> str:
        """hash: what a webhook is told once: webhook, tenant, type, subject, kind, status, at, since (of this series of
        attempts), state (waiting, flying, sent, dead), attempt, failures (of this series), tries (JSON, a line each),
        reason, ended_at, url (of a callback)"""
        return f"{self.prefix}webhook-delivery:{id}"

    def webhook_queue(self, webhook: str) -> str:
        """sorted set: a webhook's deliveries that wait by when they are due"""
        return f"{self.prefix}webhook-queue:{webhook}"

    def webhook_sent(self, webhook: str) -> str:
        """sorted set: its newest 100 that came through by when that was"""
        return f"{self.prefix}webhook-sent:{webhook}"

    def webhook_dead(self, webhook: str) -> str:
        """sorted set: its newest 1000 that were given up by when that was"""
        return f"{self.prefix}webhook-dead:{webhook}"

    def webhook_flights(self, tenant: str) -> str:
        """sorted set: "WEBHOOK DELIVERY" of what a gateway sends now by the end of its lease"""
        return f"{self.prefix}webhook-flights:{tenant}"

    def webhooks_due(self) -> str:
        """sorted set: webhooks with something to do by when that is"""
        return f"{self.prefix}webhooks-due"

    def webhook_counts(self) -> str:
        """hash: deliveries by what became of them: told, sent, dead; and `waiting TENANT`"""
        return f"{self.prefix}webhook-counts"

    def rejudge_counts(self) -> str:
        """hash: `BATCH over`: how many of a batch of rejudging are over; `BATCH count`: of how many, once all are
        handed in"""
        return f"{self.prefix}rejudge-counts"


#: A key in a script; an argument that can stand in a concatenation as it is.
_USE = re.compile(r"\bkey\.(?P<name>\w+)(?P<call>\()?")
_SIMPLE = re.compile(r"[\w.]+(\[[^\]]+\])?")

#: All names of the map, in its order.
NAMES = tuple(name for name, value in vars(Keys).items() if inspect.isfunction(value) and not name.startswith("_"))


def lane_of(priority_class: str, route: str) -> str:
    """The name of a lane."""
    return f"{priority_class}|{route}"


def split_lane(lane: str) -> tuple[str, str]:
    """Class and route of a lane."""
    priority_class, _, route = lane.partition("|")
    return priority_class, route


def spelled_out(lua: str) -> str:
    """A script with the expression of each key in the place of its name; needs ``prefix``.

    Raises ValueError for a name that is not in the map, or one with another number of parts.
    """
    done, at = "", 0
    while use := _USE.search(lua, at):
        done += lua[at : use.start()]
        given, at = _arguments(lua, use.end()) if use["call"] else ([], use.end())
        name, parts = use["name"], [spelled_out(part) for part in given]
        if name not in NAMES or len(parts) != len(_parts(name)):
            raise ValueError(f"no such key: {use.group()}{', '.join(given)}")
        joined = _form(name, [f"' .. {part if _SIMPLE.fullmatch(part) else f'({part})'} .. '" for part in parts])
        done += f"(prefix .. '{joined}')".replace(" .. '')", ")")
    return done + lua[at:]


def legend() -> str:
    """The map as a Markdown table, for the documents."""
    rows = ["| key | type | what lies there |", "|---|---|---|"]
    for name in NAMES:
        kind, _, meaning = " ".join(str(getattr(Keys, name).__doc__).split()).partition(": ")
        form = _form(name, ["CLASS" if part == "priority_class" else part.upper() for part in _parts(name)])
        rows.append(f"| `{form}` | {kind} | {meaning} |")
    return "\n".join(rows)


def _arguments(lua: str, at: int) -> tuple[list[str], int]:
    """The arguments of a call whose parenthesis was opened just before ``at``, and where the text goes on."""
    arguments, depth, begin = [], 1, at
    while depth:
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(lua[at], 0)
        if not depth or (depth == 1 and lua[at] == ","):
            arguments.append(lua[begin:at].strip())
            begin = at + 1
        at += 1
    return arguments, at


def _parts(name: str) -> list[str]:
    return list(inspect.signature(getattr(Keys, name)).parameters)[1:]


def _form(name: str, parts: list[str]) -> str:
    text: str = getattr(Keys(""), name)(*parts)
    return text

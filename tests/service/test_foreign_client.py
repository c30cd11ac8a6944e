"""A client that knows docs/wire.md and nothing else: plain Redis commands, no code of this project on its side."""

from __future__ import annotations

import base64
import hashlib
import json

import redis


def test_plain_redis_commands_are_enough(shared_redis, shared_worker):
    client = redis.Redis(unix_socket_path=str(shared_redis.socket), decode_responses=True)
    prefix = "{shared}:"
    source = json.dumps({"verdict": "WA", "tests": 1}).encode()
    sources = json.dumps([{"name": "a.c", "content": base64.b64encode(source).decode()}])
    submission = json.dumps({"id": "foreign-1", "package": "/p", "sources": [], "language": "c"})
    sources_digest = hashlib.sha256(sources.encode()).hexdigest()
    digest = hashlib.sha256((submission + sources_digest).encode()).hexdigest()
    script = client.hget(prefix + "scripts", "submit")
    arguments = ["foreign-1", submission, sources, sources_digest, digest, "practice", "-", "c", ""]

    assert client.eval(script, 1, prefix, *arguments) == ["ACCEPTED", "QUEUED"]
    assert client.eval(script, 1, prefix, *arguments)[0] == "EXISTS"

    kinds, position = [], "0"
    while "done" not in kinds:
        for entry_id, fields in client.xread({prefix + "e:foreign-1": position}, block=5000)[0][1]:
            position = entry_id
            kinds.append(fields["type"])
            assert json.loads(fields["event"])["type"] == fields["type"]
    assert kinds == ["queued", "claimed", "compiling", "compiled", "case", "done"]
    report = json.loads(client.hget(prefix + "s:foreign-1", "report"))
    assert (report["submission"], report["verdict"]) == ("foreign-1", "WA")

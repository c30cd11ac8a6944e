"""Is this Redis fit to hold submissions? What is checked, what is wrong with it, and how to mend it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from redis.exceptions import RedisError

from judge import wire
from judge.errors import JudgeError
from judge.model.finding import Finding, Status
from judge.queue.admin import odd_policy_fields
from judge.queue.answers import text_of
from judge.queue.broker import Broker, parse
from judge.queue.redis_queue import Queue

#: The oldest server that has all commands of the scripts and of kombu.
VERSION_MIN = (6, 2)

#: How long the check waits for an answer.
PATIENCE_S = 2.0

_COMMANDS = (
    "eval", "evalsha", "xadd", "xread", "xrange", "brpop", "lpush", "llen", "zadd", "zrange", "zrangebyscore",
    "hincrby", "sadd", "smembers", "publish", "subscribe", "time", "info",
)  # fmt: skip


def check_broker(broker: Broker) -> list[Finding]:
    """Everything there is to say about a broker; one finding of status MISSING when it cannot be reached.

    Needs only INFO and, where allowed, CONFIG GET and ACL DRYRUN. Writes nothing.
    """
    try:
        parse(broker.url)
        with Queue(broker, PATIENCE_S) as queue:
            return list(_examine(queue))
    except JudgeError as error:
        return [_missing("reachable", str(error), "start it, or correct the address and the credentials")]


def _examine(queue: Queue) -> Iterator[Finding]:
    queue.link.command("PING")
    info: Mapping[str, Any] = queue.link.client.info()
    yield _ok("reachable", f"answers as {info.get('server_name', 'redis')} {info['redis_version']}")
    yield _version(str(info["redis_version"]))
    yield _role(info)
    yield _persistence(info, _config(queue, "appendfsync"))
    yield _eviction(info)
    yield from _memory(info)
    yield _clients(info, _config(queue, "maxclients"))
    yield _schema(queue)
    yield _policy(queue)
    yield from _rights(queue)


def _version(version: str) -> Finding:
    numbers = tuple(int(part) for part in version.split(".")[:2])
    if numbers < VERSION_MIN:
        return _missing("version", version, "use Redis 6.2 or later, or any Valkey")
    return _ok("version", version)


def _role(info: Mapping[str, Any]) -> Finding:
    if info.get("role") != "master":
        return _missing("role", "a replica: it refuses writes", "name the primary, or the Sentinels with ?master=NAME")
    replicas = int(info.get("connected_slaves", 0))
    if replicas and not int(info.get("min_slaves_good_slaves", replicas)):
        return _warning(
            "role", "primary whose replicas lag", "see to the replicas: a failover would lose what they lack"
        )
    return _ok("role", f"primary with {replicas} replicas")


def _persistence(info: Mapping[str, Any], fsync: str) -> Finding:
    if info.get("loading"):
        return _warning("persistence", "still loading its data", "wait")
    if not info.get("aof_enabled"):
        found = "no append-only file: a restart loses every submission since the last snapshot"
        return _missing("persistence", found, "CONFIG SET appendonly yes, and appendonly yes in redis.conf")
    if info.get("aof_last_write_status", "ok") != "ok":
        return _missing("persistence", "the append-only file cannot be written", "free disk space on the Redis host")
    if fsync == "no":
        return _warning("persistence", "appendfsync no: a crash loses what the kernel had not written", "use always")
    if fsync == "everysec":
        found = "appendfsync everysec: a crash may forget submissions accepted in the last second or two"
        return _warning("persistence", found, "CONFIG SET appendfsync always; or clients hand in again what is unknown")
    return _ok("persistence", f"append-only file, fsync {fsync or 'unknown (CONFIG GET is not allowed)'}")


def _eviction(info: Mapping[str, Any]) -> Finding:
    policy = str(info.get("maxmemory_policy", "noeviction"))
    if policy == "noeviction":
        return _ok("eviction", policy)
    found = f"{policy}: Redis deletes records when its memory is full"
    limited = int(info.get("maxmemory", 0)) > 0
    remedy = "CONFIG SET maxmemory-policy noeviction"
    return _missing("eviction", found, remedy) if limited else _warning("eviction", found + " (no limit now)", remedy)


def _memory(info: Mapping[str, Any]) -> Iterator[Finding]:
    limit, used = int(info.get("maxmemory", 0)), int(info.get("used_memory", 0))
    if limit and used > limit * 8 // 10:
        yield _warning(
            "memory", f"{used * 100 // limit} % of maxmemory used", "raise maxmemory, or keep records for less"
        )
    else:
        yield _ok("memory", f"{used >> 20} MiB used" + (f" of {limit >> 20}" if limit else ", no limit set"))


def _clients(info: Mapping[str, Any], allowed: str) -> Finding:
    connected = int(info.get("connected_clients", 0))
    if allowed.isdigit() and connected > int(allowed) * 8 // 10:
        return _warning("connections", f"{connected} of {allowed}", "raise maxclients; a worker takes 5 + its slots")
    return _ok("connections", f"{connected}" + (f" of {allowed}" if allowed else ""))


def _schema(queue: Queue) -> Finding:
    found = queue.link.command("GET", queue.link.keys.schema())
    version = wire.SCHEMA_VERSION if found is None else int(found)
    if version == wire.SCHEMA_VERSION - 1:
        said = f"version {version}, this is {wire.SCHEMA_VERSION}: a worker that starts brings it up when it is drained"
        return _warning("schema", said, "docs/howto/upgrade.md")
    if version != wire.SCHEMA_VERSION:
        return _missing("schema", f"version {version}, this is {wire.SCHEMA_VERSION}", "use another namespace")
    return _ok("schema", "empty" if found is None else f"version {version}")


def _policy(queue: Queue) -> Finding:
    odd = odd_policy_fields(queue)
    if odd:
        remedy = f"HDEL {queue.link.keys.policy()} FIELD; judge tenant sets what one tenant may"
        return _warning("policy", f"means nothing: {', '.join(odd)}", remedy)
    return _ok("policy", "every field is known")


def _rights(queue: Queue) -> Iterator[Finding]:
    """Whether the ACL user may do what is needed, where Redis can tell (ACL DRYRUN, 7.0)."""
    execute: Callable[..., Any] = queue.link.client.execute_command
    try:
        user = execute("ACL", "WHOAMI").decode()
        refused = [name for name in _COMMANDS if not _may(execute, user, name, queue.link.keys.prefix)]
    except RedisError:
        return
    if refused:
        yield _missing("rights", f"user {user} may not: {', '.join(refused)}", "docs/howto/run-redis.md has the rule")
    else:
        yield _ok("rights", f"user {user}")


def _may(execute: Callable[..., Any], user: str, command: str, prefix: str) -> bool:
    info = execute("COMMAND", "INFO", command)
    arity = abs(next(iter(info.values()))["arity"]) if isinstance(info, dict) and info else 2
    words = [command, *[f"{prefix}x"] * (arity - 1)]
    if command in ("eval", "evalsha"):
        words = [command, "return 1", "1", f"{prefix}x"]
    answer = execute("ACL", "DRYRUN", user, *words)
    return b"OK" in (answer if isinstance(answer, bytes) else str(answer).encode())


def _config(queue: Queue, name: str) -> str:
    """A setting of the server; empty when we may not ask."""
    execute: Callable[..., Any] = queue.link.client.execute_command
    try:
        answer = execute("CONFIG", "GET", name)
    except RedisError:
        return ""
    flat = [item for pair in answer.items() for item in pair] if isinstance(answer, dict) else answer
    return text_of(flat[1]) if len(flat) == 2 else ""


def _ok(name: str, found: str) -> Finding:
    return Finding(name=name, status=Status.OK, found=found)


def _warning(name: str, found: str, remedy: str) -> Finding:
    return Finding(name=name, status=Status.WARNING, found=found, remedy=remedy)


def _missing(name: str, found: str, remedy: str) -> Finding:
    return Finding(name=name, status=Status.MISSING, found=found, remedy=remedy)

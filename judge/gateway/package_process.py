"""Programs of ours that read what others packed, each in a process of its own: with limits of memory and time that it
sets itself, a time after which it is killed, and without the environment's secrets."""

from __future__ import annotations

import asyncio
import logging
import os
import sys

log = logging.getLogger(__name__)

#: Of the environment it gets these: no address of a store, no key.
_ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "PYTHONPATH", "VIRTUAL_ENV")


async def answer_of(module: str, request: bytes, timeout_s: float) -> tuple[int, bytes]:
    """Exit code (negative: ended by a signal) and answer of ``python -m MODULE`` to one request."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(timeout_s):
            answer, said = await process.communicate(request)
    except TimeoutError:
        return -9, b""
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        log.warning("%s: %s", module, said[-2000:].decode(errors="replace"))
    assert process.returncode is not None
    return process.returncode, answer

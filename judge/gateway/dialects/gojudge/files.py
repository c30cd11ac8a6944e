"""The files of /file: blobs of the tenant, by ids of 8 letters. What a file is called is a small blob of its own."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import re
import secrets
from collections.abc import Mapping

from judge.errors import BlobError, BlobExpired, NoSuchBlob
from judge.gateway.dialects.gojudge.plan import blob_of, is_file_id
from judge.gateway.endpoint import Asked
from judge.queue import blob_calls

_NAME_BYTES_MAX = 1024
_FILE = re.compile(r"gojudge\.([A-Za-z0-9]{1,32})")
_NAME = re.compile(r"gojudge\.([A-Za-z0-9]{1,32})\.name")


def new_id() -> str:
    """Nobody guesses it, and nobody has it already."""
    return base64.b32encode(secrets.token_bytes(5)).decode()


async def put(asked: Asked, name: str, content: bytes) -> str:
    """Keep it; its id. Raises BlobError, QueueError."""
    file_id = new_id()
    await name_files(asked, {file_id: name})
    await put_content(asked, file_id, content)
    return file_id


async def put_content(asked: Asked, file_id: str, content: bytes) -> str:
    """Keep it as the file of this id; its digest. Raises BlobError, QueueError."""
    return await asked.service.client.put_blob(content, tenant=asked.caller.tenant, name=blob_of(file_id))


async def name_files(asked: Asked, names: Mapping[str, str]) -> None:
    """What these files are called, by their ids. Raises BlobError, QueueError."""
    client, tenant = asked.service.client, asked.caller.tenant

    async def one(file_id: str, name: str) -> None:
        content = name.encode("utf-8", "replace")[:_NAME_BYTES_MAX]
        await client.put_blob(content, tenant=tenant, name=_name_blob(file_id))

    await asyncio.gather(*(one(file_id, name) for file_id, name in names.items()))


async def name_of(asked: Asked, file_id: str) -> str:
    """What a file is called; its id where that is not known. Raises QueueError."""
    with contextlib.suppress(BlobError):
        content = await asked.service.client.get_blob(
            _name_blob(file_id), tenant=asked.caller.tenant, bytes_max=_NAME_BYTES_MAX
        )
        return content.decode("utf-8", "replace")
    return file_id


async def content_of(asked: Asked, file_id: str) -> bytes | None:
    """None = there is none. Raises BlobError, QueueError."""
    if not is_file_id(file_id):
        return None
    with contextlib.suppress(NoSuchBlob, BlobExpired):
        return await asked.service.client.get_blob(blob_of(file_id), tenant=asked.caller.tenant)
    return None


async def remove(asked: Asked, file_id: str) -> bool:
    """Whether there was one. Raises QueueError."""
    if not is_file_id(file_id):
        return False
    await _remove_blob(asked, _name_blob(file_id))
    return await _remove_blob(asked, blob_of(file_id))


async def forget_names(asked: Asked, file_ids: Mapping[str, str]) -> None:
    """Of files that did not come to be. Raises QueueError."""
    await asyncio.gather(*(_remove_blob(asked, _name_blob(file_id)) for file_id in file_ids))


async def all_names(asked: Asked) -> dict[str, str]:
    """Id -> name of all files. Raises QueueError."""
    ids: list[str] = []
    names: dict[str, str] = {}
    async for view in asked.service.client.blobs(tenant=asked.caller.tenant):
        ids += [found[1] for label in view.names if (found := _FILE.fullmatch(label))]
        named = [found[1] for label in view.names if (found := _NAME.fullmatch(label))]
        if named:
            names |= dict.fromkeys(named, await name_of(asked, named[0]))
    return {file_id: names.get(file_id, file_id) for file_id in ids}


async def _remove_blob(asked: Asked, name: str) -> bool:
    with contextlib.suppress(NoSuchBlob, BlobExpired):
        await asked.service.queue.run(blob_calls.remove(asked.caller.tenant, name))
        return True
    return False


def _name_blob(file_id: str) -> str:
    return f"{blob_of(file_id)}.name"

"""Submissions come in, one or several."""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec
from starlette.responses import Response

from judge.errors import QueueError
from judge.gateway.dialects.common.work import HandedIn, Order, hand_in, run
from judge.gateway.dialects.judge0.answers import QUEUE_FULL, TOO_FEW, error_answer, not_text, too_many, words_of
from judge.gateway.dialects.judge0.callbacks import call_back
from judge.gateway.dialects.judge0.known_languages import known_languages
from judge.gateway.dialects.judge0.parameters import fields_of, in_base64, is_newest, parameter, wanted_columns
from judge.gateway.dialects.judge0.reading import finished, standing_of
from judge.gateway.dialects.judge0.translate.columns import shown_columns
from judge.gateway.dialects.judge0.translate.encoding import NotTextError
from judge.gateway.dialects.judge0.translate.submission import Submission, submission_of
from judge.gateway.dialects.judge0.translate.task import NAME, Large, Limits, context_of, large_of, task_of
from judge.gateway.dialects.judge0.translate.validation import errors_of
from judge.gateway.endpoint import Asked, json_answer
from judge.gateway.problems import problem_of
from judge.gateway.webhooks.sending import UrlError, target_of
from judge.model.work import Data, Execution
from judge.queue.look import waiting_call
from judge.queue.records import records_call

log = logging.getLogger(__name__)

#: A text of a task that is larger lies in a blob.
_INLINE_BYTES_MAX = 512 << 10

#: How much waits is believed for this long, with what was handed in here since.
_WAITING = ("judge0", "waiting")
_WAITING_S = 0.02


class _Ready(NamedTuple):
    """A submission that may be handed in. ``errors``: why it may not."""

    sent: Submission
    task: Execution | None = None
    order: Order | None = None
    errors: dict[str, list[str]] | None = None

    @property
    def callback_url(self) -> str:
        """The address that is told when it is over; empty = none is."""
        return (self.sent.options.callback_url or "").strip()


async def create(asked: Asked) -> Response:
    """One submission; with ``wait=true`` its columns when it is done."""
    settings = asked.service.settings.judge0
    said = await fields_of(asked)
    waits = parameter(asked, "wait") == "true"
    if waits and not settings.enable_wait_result:
        return error_answer(400, "wait not allowed")
    if await _is_full(asked, 1):
        return error_answer(503, QUEUE_FULL)
    wanted = wanted_columns(asked)
    ready = await _ready(asked, said)
    del said  # it may be many times as large as what was made of it, which may wait
    if ready.task is None or ready.order is None:
        return json_answer(ready.errors, 422)
    if not waits or ready.callback_url:
        handed = await _handed_in(asked, ready.task, ready.order, ready.callback_url)
        if not waits:
            return json_answer({"token": handed.id}, 201)
    handed = await run(asked, ready.task, ready.order, keep=True)
    try:
        return json_answer(await _columns(asked, ready.sent, handed, wanted), 201)
    except NotTextError:
        return not_text(201, token=handed.id)


async def create_batch(asked: Asked) -> Response:
    """Several; none of them is waited for."""
    settings = asked.service.settings.judge0
    if not settings.enable_batched_submissions:
        return error_answer(400, "batched submissions are not allowed")
    several = (await fields_of(asked)).get("submissions")
    several = several if isinstance(several, list) else []
    if several and await _is_full(asked, len(several)):
        return error_answer(503, QUEUE_FULL)
    if len(several) > settings.max_submission_batch_size:
        return too_many(settings.max_submission_batch_size)
    if not several:
        return error_answer(400, TOO_FEW)
    answers: list[dict[str, Any]] = []
    taken = 0
    for one in several:
        try:
            answers.append(await _taken(asked, one if isinstance(one, dict) else {}))
        except Exception as error:
            problem = problem_of(error)
            if problem is None or not taken:  # else the tokens of what was taken would be lost
                raise
            answers.append({"error": words_of(problem)})
        taken += "token" in answers[-1]
    return json_answer(answers, 201 if taken else 422)


async def _taken(asked: Asked, said: Mapping[str, Any]) -> dict[str, Any]:
    """One of a batch: its token, or what is wrong with its fields. Raises QueueError, BlobError."""
    ready = await _ready(asked, said)
    if ready.task is None or ready.order is None:
        return dict(ready.errors or {})
    handed = await hand_in(asked, ready.task, ready.order)
    answer = {"token": handed.id}
    if ready.callback_url:
        try:
            await call_back(asked, handed, ready.callback_url)
        except QueueError as error:
            log.warning("request %s: %s is taken without its callback: %s", asked.exchange.request_id, handed.id, error)
            answer["error"] = "its callback could not be noted"
    return answer


async def _handed_in(asked: Asked, task: Execution, order: Order, callback_url: str) -> HandedIn:
    handed = await hand_in(asked, task, order)
    if callback_url:
        await call_back(asked, handed, callback_url)
    return handed


async def _ready(asked: Asked, said: Mapping[str, Any]) -> _Ready:
    """Checked, and made work of. Raises QueueError, BlobError."""
    settings = asked.service.settings
    sent = submission_of(said, settings.judge0, in_base64=in_base64(asked))
    known = await known_languages(asked)
    meant = known.meant(sent.options.language_id)
    errors = errors_of(sent, meant, settings.judge0, lambda url: _url_complaint(asked, url))
    if errors or meant.row is None:
        return _Ready(sent, errors=errors)
    keeps = settings.judge0.post_execution_filesystem and is_newest(asked) and not asked.caller.anonymous
    large = await _stored(asked, large_of(sent))
    spec = known.spec(meant.row)
    task = task_of(sent, meant.row, spec, large, Limits(settings.judge0, settings.limits, keeps))
    text = msgspec.json.encode(context_of(sent)).decode()
    order = Order(dialect=NAME, id=str(uuid.uuid4()), language=known.id_of(meant.row), text=text)
    return _Ready(sent, task, order)


def _url_complaint(asked: Asked, url: str) -> str:
    if asked.caller.anonymous:
        return "is for those who have a key"
    try:
        target_of(url.strip(), http=asked.service.settings.webhooks.http)
    except UrlError as error:
        return f"is no address for callbacks here: {error}"
    return ""


async def _stored(asked: Asked, large: Large) -> Large:
    """The same with what is too large for a task in blobs."""
    stored = []
    for data in large:
        if len(data.content) > _INLINE_BYTES_MAX:
            digest = await asked.service.client.put_blob(data.content, tenant=asked.caller.tenant)
            stored.append(Data(blob=digest))
        else:
            stored.append(data)
    return Large(*stored)


async def _is_full(asked: Asked, count: int) -> bool:
    most = asked.service.settings.judge0.max_queue_size
    if not most:
        return False
    remembered, now_s = asked.service.remembered, time.monotonic()
    until_s, waiting = remembered.get(_WAITING, (0.0, 0))
    if until_s < now_s:
        until_s, waiting = now_s + _WAITING_S, await asked.service.queue.run(waiting_call())
    if waiting + count > most:
        return True
    remembered[_WAITING] = (until_s, waiting + count)
    return False


async def _columns(asked: Asked, sent: Submission, handed: HandedIn, wanted: tuple[str, ...]) -> dict[str, Any]:
    """The columns of what was waited for. Raises NotTextError, QueueError."""
    if handed.report is not None:
        one = await finished(asked, handed.report, context_of(sent), sent, wanted)
    else:
        (record,) = await asked.service.queue.run(records_call((handed.record,)))
        one = await standing_of(asked, record, None, wanted)
    return shown_columns(one, wanted, in_base64=in_base64(asked))

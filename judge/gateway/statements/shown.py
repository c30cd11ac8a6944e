"""A statement as HTML: converted by a worker, made safe here, kept for a while.

The record of a conversion is one that no client can choose the id of, so that what stands there was converted from the
package. The same statement is converted once for each tenant, while its record lasts.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from urllib.parse import quote

from judge.client.sending import Sending, work_of
from judge.errors import LanguageError
from judge.gateway.api.handing_in import PREFIX, report_in_time
from judge.gateway.endpoint import Asked
from judge.gateway.statements.cleaning import CleanRequest
from judge.gateway.statements.conversion import CONVERTER, HTML_BYTES_MAX, conversion, conversion_id, unpacked
from judge.gateway.statements.kept import Outcome
from judge.http_form.problems import StatementState, StatementView
from judge.model.public_part import PublicKind, PublicPart, StatementFile, StatementForm
from judge.model.work import Execution, Work
from judge.model.work_report import BlameOn, ExecutionReport
from judge.package.public.folders import PICTURE_ENDINGS
from judge.queue import calls
from judge.queue.taken_in import told_more
from judge.render.words import JUDGE_ERROR

#: After a fault of ours it is tried this often.
_TRIES = 3


async def statement_view(asked: Asked, digest: str, language: str, wait_s: float) -> StatementView:
    """The statement in this language, empty = in the first that there is. Raises ProblemError, QueueError,
    BlobStoreError."""
    part = await asked.service.public_parts.part(digest, asked.caller.tenant)
    languages = tuple(dict.fromkeys(one.language for one in part.statements))
    if not languages:
        return StatementView(package=digest, state=StatementState.NONE)
    chosen = language if language in languages else languages[0]
    forms = {one.form: one for one in part.statements if one.language == chosen}
    source = forms.get(StatementForm.MARKDOWN) or forms.get(StatementForm.TEX)
    versions = await _converters(asked)
    outcome = Outcome(StatementState.FILE_ONLY)
    if source is not None:
        outcome = await _Statement(asked, digest, part, source, wait_s).outcome(versions)
    return StatementView(
        package=digest,
        state=outcome.state,
        language=chosen,
        languages=languages,
        html=outcome.html,
        reason=outcome.reason,
        pdf=forms[StatementForm.PDF].file if StatementForm.PDF in forms else "",
        source=source.file if source else "",
        converter=versions,
    )


def file_address(digest: str, name: str) -> str:
    """Where a public file of a package is."""
    return f"{PREFIX}/packages/{quote(digest)}/file?name={quote(name, safe='')}"


async def _converters(asked: Asked) -> tuple[str, ...]:
    """Versions of the converter on the workers; none = no worker has it."""
    cards = (await asked.service.languages.current()).cards
    return next((card.versions or ("?",) for card in cards if card.id == CONVERTER), ())


@dataclass(frozen=True)
class _Statement:
    """One source of a statement, and who asks for it."""

    asked: Asked
    digest: str
    part: PublicPart
    source: StatementFile
    wait_s: float

    async def outcome(self, versions: tuple[str, ...]) -> Outcome:
        """What came of converting it."""
        parts, tenant = self.asked.service.public_parts, self.asked.caller.tenant
        text = await parts.content(self.digest, tenant, self.source.file)
        name = conversion_id(self.digest, self.source.language, text, versions)
        kept = self.asked.service.statements.find(name)
        if kept is not None:
            return kept
        if not versions:
            return Outcome(StatementState.NO_CONVERTER)
        try:
            report = await self._converted(name, conversion(text, self.source.form, self.part.format))
        except LanguageError:  # it was offered a moment ago
            return Outcome(StatementState.NO_CONVERTER)
        if report is None:
            return Outcome(StatementState.PREPARING)
        if report.blame is not BlameOn.NONE:
            fault = report.blame is BlameOn.JUDGE
            return Outcome(StatementState.FAILED, reason=JUDGE_ERROR if fault else report.reason)
        return await self._made(name, report)

    async def _converted(self, name: str, task: Execution) -> ExecutionReport | None:
        """The report, None = there is none yet. Where the fault is ours, or it was withdrawn, it is tried again."""
        asked, report = self.asked, None
        for number in range(_TRIES):
            sending = Sending(
                id=asked.caller.record_id(f"statement~{name}.{number}"),
                language=CONVERTER,
                priority_class=asked.caller.priority_class("", "run"),
                tenant=asked.caller.tenant,
            )
            report = await self._report(work_of(task, sending))
            if report is not None and report.blame is not BlameOn.JUDGE:
                return report
            if report is None and not (await asked.service.queue.state(sending.id)).final:
                return None
        return report

    async def _report(self, work: Work) -> ExecutionReport | None:
        queue = self.asked.service.queue
        with self.asked.service.feed.watching(work.header.id) as watch:
            taken = await queue.run(told_more(calls.submit_work(work)))
            report = await report_in_time(self.asked, watch, self.wait_s, known=not taken.new)
        return report if isinstance(report, ExecutionReport) else None

    async def _made(self, name: str, report: ExecutionReport) -> Outcome:
        output = report.runs[0].stdout
        packed = output.content
        if output.blob:
            packed = await self.asked.service.client.get_blob(
                output.blob, tenant=self.asked.caller.tenant, bytes_max=HTML_BYTES_MAX
            )
        html = unpacked(packed)
        if html is None:
            return Outcome(StatementState.FAILED, reason="it would be too large")
        request = CleanRequest(html=html, folder=posixpath.dirname(self.source.file), pictures=self._pictures())
        return await self.asked.service.statements.made(name, request)

    def _pictures(self) -> dict[str, str]:
        """Addresses of the package's pictures by their paths, also without their endings: TeX leaves them out."""
        names = [one.name for one in self.part.files if one.kind is PublicKind.PICTURE]
        found = {name: file_address(self.digest, name) for name in names}
        for suffix in (f".{ending}" for ending in PICTURE_ENDINGS):
            for name in names:
                if name.endswith(suffix):
                    found.setdefault(name.removesuffix(suffix), found[name])
        return found

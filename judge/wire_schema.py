"""The JSON schema of everything on the wire, made from the model types: what docs/reference/wire.schema.json holds."""

from __future__ import annotations

from typing import Any

import msgspec

from judge.model.event import Event
from judge.model.report import Report
from judge.model.session import InputFrame, OutputFrame
from judge.model.submission import SourceFile, Submission
from judge.model.work import Task, WorkHeader
from judge.model.work_report import AnyWorkReport
from judge.wire import SCHEMA_VERSION


def wire_schema() -> dict[str, Any]:
    """One JSON schema document; its ``$defs`` are the types, its ``properties`` say where each is found."""
    bodies = (Submission, tuple[SourceFile, ...], WorkHeader, Task, Event, Report, AnyWorkReport)
    types: tuple[Any, ...] = (*bodies, InputFrame, OutputFrame)
    names = (
        "submission",
        "sources",
        "work",
        "task",
        "event",
        "report",
        "work_report",
        "session_input",
        "session_output",
    )
    schemas, definitions = msgspec.json.schema_components(types, ref_template="#/$defs/{name}")
    del definitions["WorkDone"]  # the stream says "done" of every kind
    for variant in schemas[names.index("event")], *definitions.values():
        variant.get("discriminator", {}).get("mapping", {}).pop("work-done", None)
        if "anyOf" in variant:
            variant["anyOf"] = [one for one in variant["anyOf"] if one.get("$ref") != "#/$defs/WorkDone"]
    done = definitions["Done"]  # in the stream without the report: that lies in the record, once
    del done["properties"]["report"]
    done["required"].remove("report")
    done["description"] = "The report is in the record."
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"What the judge's queue carries, version {SCHEMA_VERSION}",
        "type": "object",
        "properties": dict(zip(names, schemas, strict=True)),
        "$defs": definitions,
    }


def wire_schema_text() -> str:
    """The text of docs/reference/wire.schema.json."""
    plain = msgspec.json.encode(wire_schema(), order="sorted")
    return msgspec.json.format(plain, indent=2).decode() + "\n"

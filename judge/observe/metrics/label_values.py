"""The labels of all series: what their values are and how many there can be. Bounds the cardinality on paper."""

from __future__ import annotations

import math
from dataclasses import dataclass

from judge.model.run import Outcome
from judge.model.verdict import Verdict
from judge.model.work import WorkKind
from judge.model.work_report import COMPILE_ERROR, REFUSED, STATUSES, SessionEnd
from judge.observe.metrics.pipe_records import COUNTED_APART, Count, Phase, SlotState
from judge.observe.metrics.queue_state import BLOB_OPERATIONS, BLOB_PLACES, EVENTS
from judge.observe.metrics.series import Kind, Metric
from judge.observe.metrics.vocabulary import NAMES_MAX
from judge.wire import PRIORITY_CLASSES


@dataclass(frozen=True)
class Label:
    """One label. ``most`` bounds its values; 0 = the number of language definitions and one more."""

    name: str
    meaning: str
    most: int


_NODE_EVENTS = tuple(event for event in Count if event not in COUNTED_APART)

LABELS: tuple[Label, ...] = (
    Label("language", "id of a language definition; `other` for everything else", 0),
    Label(
        "verdict",
        ", ".join(f"`{verdict}`" for verdict in Verdict)
        + "; of executions and command groups an outcome, of sessions an end ("
        + ", ".join(f"`{end.value.upper()}`" for end in SessionEnd)
        + f"), `{COMPILE_ERROR}`, `{REFUSED}` (the client asked for what cannot be)",
        len(Verdict),
    ),
    Label(
        "class",
        "priority class: " + ", ".join(f"`{name}`" for name in PRIORITY_CLASSES) + "; `other`",
        len(PRIORITY_CLASSES) + 1,
    ),
    Label("outcome", ", ".join(f"`{outcome}`" for outcome in Outcome), len(Outcome)),
    Label(
        "phase",
        "`claim` (ask the queue), `fetch` (find and read the package), `setup` (containers, the judges' programs), "
        "`compile`, `run`, `validate` (with the built-in comparison: all between two runs), `report` (record it)",
        len(Phase),
    ),
    Label("state", ", ".join(f"`{state}`" for state in SlotState), len(SlotState)),
    Label("resource", "`cpu`, `memory`, `io`", 3),
    Label(
        "kind",
        "of work: " + ", ".join(f"`{kind}`" for kind in WorkKind) + "; "
        "of context switches: `voluntary`, `involuntary`; of records: their names in "
        "`judge.observe.metrics.pipe_records`",
        9,
    ),
    Label("start", "`cold`, `warm`", 2),
    Label("cache", "name of one of the judge's caches", NAMES_MAX + 1),
    Label("result", "`hit`, `miss`", 2),
    Label(
        "event",
        "of the node: "
        + ", ".join(f"`{event}`" for event in _NODE_EVENTS)
        + "; of the queue: "
        + ", ".join(f"`{event}`" for event in EVENTS.values()),
        max(len(_NODE_EVENTS), len(EVENTS)),
    ),
    Label("place", "of blobs: `redis`, `store`", len(BLOB_PLACES)),
    Label(
        "operation",
        "of blobs: `put`, `put_again` (the tenant had it already), `refused` (too large, a quota), `given_up` (an "
        "upload that came to no end), `read` (by a client or work), `missed` (asked for and not there), `removed`, "
        "`expired`, `swept` (a file that was removed from the store)",
        len(BLOB_OPERATIONS),
    ),
    Label("attack", "name of one of the self-test's attacks", NAMES_MAX + 1),
    Label("version", "of this project", 1),
    Label("python", "version of the interpreter", 1),
)

_BY_NAME = {label.name: label for label in LABELS}


def samples_max(metric: Metric, languages: int) -> int:
    """The most samples that one exporter can show of a metric, with this many language definitions."""
    series = math.prod(_values_max(metric, name, languages) for name in metric.labels)
    per_series = len(metric.bounds) + 3 if metric.kind is Kind.HISTOGRAM else 1
    return series * per_series


def _values_max(metric: Metric, label: str, languages: int) -> int:
    """Each kind of work has its own words for how it ended: the two labels are bounded together."""
    if "kind" in metric.labels and metric.name.startswith("judge_submission"):
        if label == "verdict":
            return sum(len(words) for words in STATUSES.values())
        if label == "kind":
            return 1 if "verdict" in metric.labels else len(WorkKind)
    return _BY_NAME[label].most or languages + 1

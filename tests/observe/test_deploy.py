"""What ships for Prometheus and Grafana: it is well-formed, it is tested, and it asks only for series that exist."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import combinations
from pathlib import Path
from threading import Thread
from typing import Any

import needs
import pytest
import yaml
from observe_servers import StartPrometheus, scrape_config, until
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from judge.gateway.exchange import Exchange
from judge.gateway.metrics import Metrics as GatewayMetrics
from judge.model.report import CaseReport, CompileReport, GroupReport, Report
from judge.model.run import Outcome, RunResult, Usage
from judge.model.verdict import Verdict
from judge.observe.metrics import series as metrics
from judge.observe.metrics.exporter import Exporter, ExporterConfig, listen
from judge.observe.metrics.judged_record import judged_record
from judge.observe.metrics.label_values import LABELS, samples_max
from judge.observe.metrics.pipe_records import (
    CacheMeasured,
    CacheUsed,
    Count,
    Counted,
    LanguageReady,
    Phase,
    Record,
    SelfTested,
    SlotChanged,
    SlotState,
    encode_frame,
)
from judge.observe.metrics.queue_state import QueueState
from judge.observe.metrics.reference import markdown
from judge.observe.metrics.vocabulary import Vocabulary

ROOT = Path(__file__).parents[2]
PROMETHEUS = ROOT / "deploy" / "prometheus"
GRAFANA = ROOT / "deploy" / "grafana"
RULE_FILES = ("judge.recording.yml", "judge.alerts.yml")

#: Labels that Prometheus itself adds.
ADDED_LABELS = {"instance", "job", "le", "alertname", "alertstate", "__name__"}


def _rules() -> list[dict[str, Any]]:
    texts = [yaml.safe_load((PROMETHEUS / name).read_text()) for name in RULE_FILES]
    return [rule for text in texts for group in text["groups"] for rule in group["rules"]]


def _dashboard() -> dict[str, Any]:
    dashboard: dict[str, Any] = json.loads((GRAFANA / "judge.json").read_text())
    return dashboard


def _panel_queries() -> list[str]:
    return [target["expr"] for panel in _dashboard()["panels"] for target in panel.get("targets", ())]


def _gateway_text() -> str:
    """What a gateway tells, with a sample of everything."""
    ours = GatewayMetrics(lambda: 1)
    for status in (200, 500, 503):
        exchange = Exchange("r")
        exchange.labels.update(endpoint="createRun", problem="bad-key")
        ours.observe(exchange, "POST", status, 0.1)
    ours.socket_opened()
    ours.socket_closed("over", 0)
    ours.webhooks.attempted("delivered", 0.1)
    ours.webhooks.waiting(1)
    return bytes(ours.response().body).decode()


@contextmanager
def _gateway_target() -> Iterator[str]:
    """The address of something that Prometheus takes for a gateway."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(_gateway_text().encode())

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()


def _known_series() -> dict[str, set[str]]:
    """Name of each series -> the labels it has."""
    known: dict[str, set[str]] = {}
    for metric in metrics.METRICS:
        names = [metric.name]
        if metric.kind is metrics.Kind.HISTOGRAM:
            names = [metric.name + suffix for suffix in ("_bucket", "_sum", "_count")]
        for name in names:
            known[name] = set(metric.labels) | ADDED_LABELS
    for family in text_string_to_metric_families(_gateway_text()):
        for sample in family.samples:
            if not sample.name.endswith("_created"):
                known[sample.name] = set(sample.labels) | ADDED_LABELS
    for rule in _rules():
        if "record" in rule:
            known[rule["record"]] = {label.name for label in LABELS} | ADDED_LABELS
    return known


@pytest.mark.parametrize("query", sorted({*_panel_queries(), *(rule["expr"] for rule in _rules())}))
def test_every_query_names_series_and_labels_that_exist(query: str) -> None:
    known = _known_series()
    named = re.findall(r"\bjudge[_:][a-zA-Z0-9_:]+", re.sub(r'"[^"]*"', '""', query))
    for name in named:
        assert name in known
    for name, selector in re.findall(r"\b(judge[_:][a-zA-Z0-9_:]+)\{([^}]*)\}", query):
        assert {pair.split("=")[0].strip("!~ ") for pair in selector.split(",")} <= known[name], name
    grouped = {label.strip() for group in re.findall(r"by \(([^)]*)\)", query) for label in group.split(",")}
    assert not named or grouped <= set.union(*(known[name] for name in named))


def test_the_document_is_current() -> None:
    page = ROOT / "docs" / "reference" / "metrics.md"
    assert page.read_text() == markdown(), "run: judge metrics --markdown > docs/reference/metrics.md"


def test_the_documented_bound_of_samples_is_small_enough_to_scrape() -> None:
    assert sum(samples_max(metric, 30) for metric in metrics.METRICS) < 25_000


def test_every_alert_is_explained() -> None:
    explained = (ROOT / "docs" / "howto" / "watch.md").read_text()
    alerts = [rule["alert"] for rule in _rules() if "alert" in rule]
    assert [alert for alert in alerts if f"`{alert}`" not in explained] == []


def test_every_alert_has_a_unit_test() -> None:
    tests = yaml.safe_load((PROMETHEUS / "judge.test.yml").read_text())["tests"]
    fired = {case["alertname"] for test in tests for case in test.get("alert_rule_test", ()) if case.get("exp_alerts")}
    assert fired == {rule["alert"] for rule in _rules() if "alert" in rule}
    compared = " ".join(case["expr"] for test in tests for case in test.get("promql_expr_test", ()))
    late = "judge:submission_wait_late:ratio_rate"  # one rule in four windows; the alerts' tests cover the others
    assert [rule["record"] for rule in _rules() if rule.get("record", late) not in compared] == [
        late + window for window in ("30m", "1h", "6h")
    ]


@pytest.mark.parametrize(
    "command",
    [["check", "config", "prometheus.yml"], ["check", "rules", *RULE_FILES], ["test", "rules", "judge.test.yml"]],
    ids=" ".join,
)
def test_promtool_agrees(command: list[str]) -> None:
    needs.tool("promtool")
    done = subprocess.run(["promtool", *command], check=False, cwd=PROMETHEUS, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_dashboard_is_current() -> None:
    made = subprocess.run([sys.executable, GRAFANA / "dashboard.py"], capture_output=True, text=True, check=True)
    assert made.stdout == (GRAFANA / "judge.json").read_text(), (
        "run: python deploy/grafana/dashboard.py > deploy/grafana/judge.json"
    )


def test_grafanas_own_model_of_a_dashboard_reads_it_without_loss() -> None:
    needs.module("grafana_foundation_sdk", "judge-service[dev]")
    from grafana_foundation_sdk.cog.encoder import JSONEncoder
    from grafana_foundation_sdk.cog.plugins import register_default_plugins
    from grafana_foundation_sdk.models.dashboard import Dashboard

    register_default_plugins()
    ours = _dashboard()
    read = json.loads(JSONEncoder().encode(Dashboard.from_json(ours)))
    assert set(_lost(ours, read)) <= {"/annotations/list/0/titleFormat", "/annotations/list/0/textFormat"}


def _lost(ours: Any, read: Any, path: str = "") -> Iterator[str]:
    """Where the two differ, but for what the model adds."""
    if isinstance(ours, dict) and isinstance(read, dict):
        for key, value in ours.items():
            yield from _lost(value, read.get(key), f"{path}/{key}")
    elif isinstance(ours, list) and isinstance(read, list) and len(ours) == len(read):
        for index, (mine, theirs) in enumerate(zip(ours, read, strict=True)):
            yield from _lost(mine, theirs, f"{path}/{index}")
    elif ours != read:
        yield path


def test_panels_have_their_own_place_and_number() -> None:
    panels = _dashboard()["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    for one, other in combinations((panel["gridPos"] for panel in panels), 2):
        apart_x = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        apart_y = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert apart_x or apart_y
    assert all(panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24 for panel in panels)


def _one_of_everything() -> list[Record]:
    usage = Usage(
        cpu_time_ns=3_000_000,
        cpu_user_ns=2_000_000,
        cpu_system_ns=1_000_000,
        wall_time_ns=4_000_000,
        memory_peak_bytes=5 << 20,
        pids_peak=2,
        io_read_bytes=1,
        throttled_ns=1,
        pressure_cpu_ns=1,
    )
    run = RunResult(outcome=Outcome.EXITED, exit_code=0, usage=usage)
    case = CaseReport(name="secret/1", verdict=Verdict.AC, run=run)
    report = Report(
        submission="s",
        problem="p",
        language="cpp",
        verdict=Verdict.AC,
        compile=CompileReport(ok=True, run=run),
        root=GroupReport(name="data", verdict=Verdict.AC, cases=(case,)),
        attempt=2,
        noise_ratio=0.02,
    )
    phases = dict.fromkeys(Phase, 1_000_000)
    return [
        judged_record(report, priority_class="contest", wait_ns=10**9, judging_ns=10**8, phases_ns=phases),
        SlotChanged(0, SlotState.BUSY),
        SlotChanged(1, SlotState.FREE),
        Counted(Count.CONTAINER_WARM),
        LanguageReady("cpp", True),
        SelfTested("fork-bomb", True),
        CacheMeasured("packages", 10, 100, 1),
        CacheUsed("packages", 1, 1),
    ]


def _queue() -> QueueState:
    return QueueState(
        ready={"contest": 3},
        leased=1,
        tickets=2,
        oldest_ns={"contest": 10**9},
        recorded=7,
        replica_lag_ns=0,
        memory_bytes=1 << 20,
        memory_limit_bytes=1 << 30,
        persistent=True,
    )


def test_every_declared_series_appears_and_no_other(tmp_path: Path) -> None:
    config = ExporterConfig(Vocabulary(frozenset({"cpp"})), "1.0", _queue, state_dir=str(tmp_path))
    exporter = Exporter(config)
    exporter.feed(b"".join(map(encode_frame, _one_of_everything())))
    suffixes = {metrics.Kind.COUNTER: "_total"}
    seen = {family.name + suffixes.get(metrics.Kind(family.type), "") for family in exporter.registry.collect()}
    assert seen == {metric.name for metric in metrics.METRICS}
    with listen("127.0.0.1", 0) as server, exporter.serving(server):
        with urllib.request.urlopen(f"http://127.0.0.1:{server.getsockname()[1]}/metrics") as response:
            ours = response.read().decode()
    theirs = generate_latest(exporter.registry).decode()
    assert _comparable(ours) == _comparable(theirs), "the text must say what the client library would say"


def _comparable(text: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float | None]:
    """Series -> value; None for what changes from one question to the next. Types and help under their own names."""
    values: dict[tuple[str, tuple[tuple[str, str], ...]], float | None] = {}
    for family in text_string_to_metric_families(text):
        values[f"{family.type} {family.documentation}", (("name", family.name),)] = None
        for sample in family.samples:
            passing = family.name in ("judge_disk_free_bytes", "judge_queue_round_trip_seconds")
            values[sample.name, tuple(sorted(sample.labels.items()))] = None if passing else sample.value
    return values


def test_a_real_prometheus_has_an_answer_to_every_panel_and_rule(
    start_prometheus: StartPrometheus, tmp_path: Path
) -> None:
    config = ExporterConfig(Vocabulary(frozenset({"cpp"})), "1.0", _queue, state_dir=str(tmp_path))
    exporter = Exporter(config)
    frames = b"".join(map(encode_frame, _one_of_everything()))
    with listen("127.0.0.1", 0) as server, exporter.serving(server), _gateway_target() as gateway:
        settings = scrape_config(f"127.0.0.1:{server.getsockname()[1]}")
        of_gateways = {"job_name": "judge-gateway", "static_configs": [{"targets": [gateway]}]}
        settings["scrape_configs"] = [*settings["scrape_configs"], of_gateways]  # type: ignore[misc]
        rules = {"rule_files": [str(PROMETHEUS / name) for name in RULE_FILES]}
        settings["global"] = {**settings["global"], "evaluation_interval": "200ms"}  # type: ignore[dict-item]
        prometheus = start_prometheus(settings | rules)
        for query in {*_panel_queries(), *(rule["record"] for rule in _rules() if "record" in rule)}:
            asked = query.replace("$instance", ".*").replace("$language", ".*").replace("$__rate_interval", "1m")

            def answered(asked: str = asked) -> bool:
                exporter.feed(frames)
                return bool(prometheus.query(asked))

            until(answered, asked)
        data = prometheus.api("rules", type="alert")
        assert isinstance(data, dict)
        alerts = [rule for group in data["groups"] for rule in group["rules"]]
        assert {alert["health"] for alert in alerts} == {"ok"}
        assert [alert["name"] for alert in alerts if alert["state"] == "firing"] == []

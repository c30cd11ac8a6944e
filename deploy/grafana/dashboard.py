#!/usr/bin/env python3
"""The Grafana dashboard as data: ``python deploy/grafana/dashboard.py > deploy/grafana/judge.json``.

A test compares the file with this program's output, and every query with the series that exist.
The form is Grafana's classic dashboard model (schemaVersion 39), which every version since 10 reads.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from typing import Any

DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
NODE = 'instance=~"$instance"'
LANG = 'instance=~"$instance",language=~"$language"'
GATEWAY = 'job="judge-gateway"'
NO_SESSION = f'{LANG},kind!="session"'
RATE = "[$__rate_interval]"
WIDTH = 24


@dataclass(frozen=True)
class Panel:
    """One panel: what it asks and how it draws the answer. ``queries`` are (expression, legend) pairs.

    ``steps`` are (from value, colour) thresholds; the first colour holds below all.
    """

    title: str
    kind: str
    queries: tuple[tuple[str, str], ...]
    unit: str = "short"
    width: int = 8
    height: int = 7
    help: str = ""
    stacked: bool = False
    steps: tuple[tuple[float | None, str], ...] = ()
    maximum: float | None = None
    extra: dict[str, Any] = field(default_factory=dict)


def stat(title: str, query: str, unit: str = "short", help_text: str = "", *steps: tuple[float, str]) -> Panel:
    """One big number."""
    return Panel(title, "stat", ((query, ""),), unit, 3, 4, help_text, steps=((None, "green"), *steps))


def lines(title: str, *queries: tuple[str, str], unit: str = "short", help_text: str = "", **more: Any) -> Panel:
    """Lines over time."""
    return Panel(title, "timeseries", queries, unit, help=help_text, **more)


def heat(title: str, query: str, unit: str, help_text: str) -> Panel:
    """A histogram over time."""
    return Panel(title, "heatmap", ((query, "{{le}}"),), unit, help=help_text)


def quantile(share: float, metric: str, labels: str, selector: str) -> str:
    """A quantile of a histogram by labels."""
    return f"histogram_quantile({share}, sum by ({labels}, le) (rate({metric}_bucket{{{selector}}}{RATE})))"


def total(metric: str, labels: str, selector: str = LANG) -> str:
    """The rate of a counter, summed by labels."""
    return f"sum by ({labels}) (rate({metric}{{{selector}}}{RATE}))"


ROWS: tuple[tuple[str, tuple[Panel, ...]], ...] = (
    (
        "At a glance",
        (
            stat("Waiting", "sum(max by (class) (judge_queue_ready))", "short", "", (50, "orange"), (500, "red")),
            stat("Oldest", "max(judge_queue_oldest_seconds)", "s", "", (60, "orange"), (300, "red")),
            stat("Being judged", "max(judge_queue_leased)"),
            stat("Slots busy", 'sum(judge_slots{state="busy"}) / sum(judge_slots{state=~"busy|free"})', "percentunit"),
            stat(
                "Verdicts per minute", f"60 * sum(rate(judge_submissions_total{{{NODE}}}{RATE}))", "short", "All nodes."
            ),
            stat(
                "Judge errors",
                f'sum(rate(judge_submissions_total{{verdict="JE",{NODE}}}{RATE})) '
                f"/ sum(rate(judge_submissions_total{{{NODE}}}{RATE}))",
                "percentunit",
                "The setter's fault or ours, never the contestant's.",
                (0.005, "orange"),
                (0.02, "red"),
            ),
            stat("Nodes up", 'sum(up{job="judge"})'),
            stat("Attacks not held", "sum(judge_selftest_held == bool 0)", "short", "", (1, "red")),
        ),
    ),
    (
        "Verdicts",
        (
            lines("By verdict", (total("judge_submissions_total", "verdict"), "{{verdict}}"), stacked=True),
            lines("By language", (total("judge_submissions_total", "language"), "{{language}}"), stacked=True),
            lines("By class", (total("judge_submissions_total", "class"), "{{class}}"), stacked=True),
            lines("By kind of work", (total("judge_submissions_total", "kind"), "{{kind}}"), stacked=True),
        ),
    ),
    (
        "Waiting",
        (
            lines("Waiting now", ("max by (class) (judge_queue_ready)", "{{class}}"), stacked=True),
            lines(
                "Wait until claimed",
                (quantile(0.5, "judge_submission_wait_seconds", "class", NODE), "median {{class}}"),
                (quantile(0.95, "judge_submission_wait_seconds", "class", NODE), "95 % {{class}}"),
                unit="s",
            ),
            lines(
                "Late: waited longer than 8 s",
                ("judge:submission_wait_late:ratio_rate5m", "5 minutes"),
                ("judge:submission_wait_late:ratio_rate1h", "1 hour"),
                unit="percentunit",
                help_text="The objective is 1 % (rejudges do not count).",
                steps=((None, "green"), (0.01, "red")),
            ),
        ),
    ),
    (
        "Judging",
        (
            lines(
                "Where the time goes",
                (
                    f"sum by (phase) (rate(judge_phase_seconds_sum{{{NODE}}}{RATE}))",
                    "{{phase}}",
                ),
                unit="s",
                stacked=True,
                help_text="Seconds spent in each phase per second.",
            ),
            lines(
                "Time to judge, 95 %",
                (quantile(0.95, "judge_submission_judging_seconds", "language", NO_SESSION), "{{language}}"),
                unit="s",
                help_text="Sessions last as long as their client likes: they do not count here.",
            ),
            lines(
                "Phases, 95 %",
                (quantile(0.95, "judge_phase_seconds", "phase", NODE), "{{phase}}"),
                unit="s",
            ),
        ),
    ),
    (
        "Runs of submitted programs",
        (
            lines("How runs end", (total("judge_runs_total", "outcome"), "{{outcome}}"), stacked=True),
            lines(
                "CPU used",
                (total("judge_run_cpu_user_seconds_total", "language"), "user {{language}}"),
                (total("judge_run_cpu_system_seconds_total", "language"), "system {{language}}"),
                unit="s",
                stacked=True,
                help_text="CPU seconds per second.",
            ),
            lines(
                "Peak memory, 95 %",
                (quantile(0.95, "judge_run_memory_peak_bytes", "language", LANG), "{{language}}"),
                unit="bytes",
            ),
            heat(
                "CPU time of runs",
                f"sum by (le) (increase(judge_run_cpu_seconds_bucket{{{LANG}}}{RATE}))",
                "s",
                "How many runs took how long.",
            ),
            lines(
                "Held up",
                (total("judge_run_throttled_seconds_total", "language"), "throttled {{language}}"),
                (total("judge_run_pressure_seconds_total", "resource"), "lack of {{resource}}"),
                unit="s",
                help_text="Seconds per second; pressure needs cgroup v2.",
            ),
            lines(
                "Limits hit in the kernel",
                (total("judge_run_oom_kills_total", "language"), "out of memory {{language}}"),
                (total("judge_run_fork_failures_total", "language"), "fork refused {{language}}"),
            ),
            lines(
                "Disk traffic of runs",
                (total("judge_run_io_read_bytes_total", "language"), "read {{language}}"),
                (total("judge_run_io_write_bytes_total", "language"), "write {{language}}"),
                unit="Bps",
            ),
            lines(
                "Context switches of runs",
                (total("judge_run_context_switches_total", "kind"), "{{kind}}"),
                help_text="Many involuntary ones are a sign of a crowded host.",
            ),
            lines(
                "Processes of a run, 95 %",
                (quantile(0.95, "judge_run_processes_peak", "language", LANG), "{{language}}"),
            ),
        ),
    ),
    (
        "Nodes",
        (
            lines("Slots", (f"sum by (state) (judge_slots{{{NODE}}})", "{{state}}"), stacked=True),
            lines(
                "Noise",
                (f"judge_host_noise_ratio{{{NODE}}}", "{{instance}}"),
                unit="percentunit",
                help_text="How far CPU times of the same work lie apart; above 25 % is an alert.",
                steps=((None, "green"), (0.25, "red")),
            ),
            lines(
                "Disk free",
                (f"judge_disk_free_bytes{{{NODE}}} / judge_disk_size_bytes{{{NODE}}}", "{{instance}}"),
                unit="percentunit",
                maximum=1,
            ),
            lines(
                "Cache hits",
                (
                    f'sum by (cache) (rate(judge_cache_requests_total{{result="hit",{NODE}}}{RATE})) '
                    f"/ sum by (cache) (rate(judge_cache_requests_total{{{NODE}}}{RATE}))",
                    "{{cache}}",
                ),
                unit="percentunit",
                maximum=1,
            ),
            lines("Cache size", (f"sum by (cache) (judge_cache_bytes{{{NODE}}})", "{{cache}}"), unit="bytes"),
            lines(
                "Containers made ahead",
                (
                    f'sum(rate(judge_containers_total{{start="warm",{NODE}}}{RATE})) '
                    f"/ sum(rate(judge_containers_total{{{NODE}}}{RATE}))",
                    "warm",
                ),
                unit="percentunit",
                maximum=1,
            ),
            lines("Events", (f"sum by (event) (increase(judge_events_total{{{NODE}}}{RATE}))", "{{event}}")),
            Panel(
                "Self-test",
                "table",
                ((f"judge_selftest_held{{{NODE}}}", ""),),
                help="1 = the sandbox withstood the attack.",
                extra={"columns": ["instance", "attack"]},
            ),
            Panel(
                "Languages",
                "table",
                ((f"judge_language_ready{{{NODE}}}", ""),),
                help="1 = the toolchain is there and proved itself.",
                extra={"columns": ["instance", "language"]},
            ),
        ),
    ),
    (
        "Queue",
        (
            lines("Round trip to Redis", (f"judge_queue_round_trip_seconds{{{NODE}}}", "{{instance}}"), unit="s"),
            lines(
                "Redis memory",
                ("max(judge_queue_memory_bytes)", "used"),
                ("max(judge_queue_memory_limit_bytes)", "limit"),
                unit="bytes",
            ),
            lines(
                "What happens to submissions",
                (f"max by (event) (increase(judge_queue_events_total{RATE}))", "{{event}}"),
            ),
        ),
    ),
    (
        "Gateways",
        (
            lines(
                "Requests by status",
                (total("judge_gateway_requests_total", "status", GATEWAY), "{{status}}"),
                stacked=True,
            ),
            lines("Problems", (total("judge_gateway_problems_total", "problem", GATEWAY), "{{problem}}"), stacked=True),
            lines(
                "Time of a request, waiting included",
                (quantile(0.5, "judge_gateway_request_seconds", "endpoint", GATEWAY), "median {{endpoint}}"),
                unit="s",
            ),
            lines(
                "Open",
                ("sum(judge_gateway_held)", "streams and waits"),
                ("sum(judge_gateway_sockets)", "WebSockets"),
                stacked=True,
            ),
            lines(
                "WebSockets that ended",
                (total("judge_gateway_sockets_closed_total", "reason", GATEWAY), "{{reason}}"),
                stacked=True,
            ),
        ),
    ),
    (
        "Webhooks",
        (
            lines(
                "Attempts by what came of them",
                (total("judge_gateway_webhook_attempts_total", "outcome", GATEWAY), "{{outcome}}"),
                stacked=True,
            ),
            lines("Deliveries that wait", ("max(judge_gateway_webhooks_waiting)", "")),
            heat(
                "Time of an attempt",
                total("judge_gateway_webhook_attempt_seconds_bucket", "le", GATEWAY),
                "s",
                "Receivers' answers, connecting included.",
            ),
        ),
    ),
    (
        "Blobs",
        (
            lines("Blobs", ("max by (place) (judge_blobs)", "{{place}}"), stacked=True),
            lines("Their size", ("max by (place) (judge_blob_bytes)", "{{place}}"), unit="bytes", stacked=True),
            lines(
                "What is done with them",
                (f"max by (operation) (rate(judge_blob_operations_total{RATE}))", "{{operation}}"),
            ),
        ),
    ),
)


def dashboard() -> dict[str, Any]:
    """The whole dashboard."""
    return {
        "uid": "judge",
        "title": "Judge",
        "description": "Submissions, verdicts, waiting, runs, nodes, queue, gateways, webhooks and blobs of the judge.",
        "tags": ["judge"],
        "schemaVersion": 39,
        "version": 1,
        "editable": True,
        "graphTooltip": 1,
        "time": {"from": "now-3h", "to": "now"},
        "refresh": "30s",
        "timezone": "browser",
        "annotations": {"list": [_alerts()]},
        "templating": {"list": _variables()},
        "links": [],
        "panels": _panels(),
    }


def _alerts() -> dict[str, Any]:
    return {
        "name": "Alerts",
        "datasource": DATASOURCE,
        "enable": True,
        "iconColor": "red",
        "expr": 'ALERTS{alertname=~"Judge.*",alertstate="firing"}',
        "titleFormat": "{{alertname}}",
        "textFormat": "{{instance}}",
    }


def _variables() -> list[dict[str, Any]]:
    datasource = {"name": "datasource", "label": "Prometheus", "type": "datasource", "query": "prometheus"}
    return [
        datasource,
        _label_variable("instance", "judge_build_info"),
        _label_variable("language", "judge_submissions_total"),
    ]


def _label_variable(label: str, metric: str) -> dict[str, Any]:
    return {
        "name": label,
        "label": label.capitalize(),
        "type": "query",
        "datasource": DATASOURCE,
        "query": {"query": f"label_values({metric}, {label})", "refId": label},
        "refresh": 2,
        "sort": 1,
        "multi": True,
        "includeAll": True,
        "allValue": ".*",
        "current": {"selected": True, "text": ["All"], "value": ["$__all"]},
    }


def _panels() -> list[dict[str, Any]]:
    panels: list[dict[str, Any]] = []
    y = 0
    for title, row in ROWS:
        panels.append(
            _placed({"type": "row", "title": title, "collapsed": False, "panels": []}, 0, y, WIDTH, 1, panels)
        )
        x, y = 0, y + 1
        height = 0
        for panel in row:
            if x + panel.width > WIDTH:
                x, y = 0, y + height
            panels.append(_placed(_panel(panel), x, y, panel.width, panel.height, panels))
            x, height = x + panel.width, panel.height
        y += height
    return panels


def _placed(panel: dict[str, Any], x: int, y: int, width: int, height: int, before: list[Any]) -> dict[str, Any]:
    return {"id": len(before) + 1, **panel, "gridPos": {"x": x, "y": y, "w": width, "h": height}}


def _panel(panel: Panel) -> dict[str, Any]:
    drawn: dict[str, Any] = {
        "type": panel.kind,
        "title": panel.title,
        "description": panel.help,
        "datasource": DATASOURCE,
        "targets": [_target(panel, index) for index in range(len(panel.queries))],
        "fieldConfig": {"defaults": _field_defaults(panel), "overrides": []},
        "options": _options(panel),
    }
    if panel.kind == "table":
        drawn["transformations"] = [
            {"id": "filterFieldsByName", "options": {"include": {"names": [*panel.extra["columns"], "Value"]}}}
        ]
    return drawn


def _target(panel: Panel, index: int) -> dict[str, Any]:
    expression, legend = panel.queries[index]
    target: dict[str, Any] = {
        "refId": chr(ord("A") + index),
        "datasource": DATASOURCE,
        "expr": expression,
        "legendFormat": legend,
        "range": panel.kind != "table",
        "instant": panel.kind == "table",
    }
    if panel.kind in ("table", "heatmap"):
        target["format"] = panel.kind
    return target


def _field_defaults(panel: Panel) -> dict[str, Any]:
    defaults: dict[str, Any] = {"unit": panel.unit, "min": 0}
    if panel.maximum is not None:
        defaults["max"] = panel.maximum
    if panel.steps:
        defaults["thresholds"] = {
            "mode": "absolute",
            "steps": [{"value": value, "color": colour} for value, colour in panel.steps],
        }
    if panel.kind == "timeseries":
        defaults["custom"] = {
            "drawStyle": "line",
            "fillOpacity": 25 if panel.stacked else 5,
            "showPoints": "never",
            "stacking": {"mode": "normal" if panel.stacked else "none", "group": "A"},
            "thresholdsStyle": {"mode": "line" if panel.steps else "off"},
        }
    return defaults


def _options(panel: Panel) -> dict[str, Any]:
    if panel.kind == "timeseries":
        return {
            "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True, "calcs": []},
            "tooltip": {"mode": "multi", "sort": "desc"},
        }
    if panel.kind == "stat":
        return {
            "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
            "colorMode": "value",
            "graphMode": "area",
            "textMode": "auto",
        }
    if panel.kind == "heatmap":
        return {
            "calculate": False,
            "color": {"mode": "scheme", "scheme": "Oranges", "steps": 64},
            "yAxis": {"unit": panel.unit},
            "tooltip": {"yHistogram": False},
        }
    return {"showHeader": True}


if __name__ == "__main__":
    json.dump(dashboard(), sys.stdout, indent=1)
    print()

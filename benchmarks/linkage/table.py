"""The kept result of the tax comparison as Markdown (benchmarks/table.py writes it into docs/benchmarks.md)."""

import json
from collections.abc import Iterator
from typing import Any

from benchmarks.run import RESULTS

Told = dict[str, Any]
RULES = ("TX-1", "TX-2", "TX-3", "TX-4", "TX-5", "TX-6", "TX-7")
MACHINE = ("cpu", "memory", "python", "sqlite", "load at start")


def read() -> Told:
    path = RESULTS / "linkage.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def rows(header: list[str], lines: list[list[str]]) -> str:
    marks = ["---" if place == 0 else "---:" for place in range(len(header))]
    return "\n".join("| " + " | ".join(line) + " |" for line in (header, marks, *lines))


def section(found: Told) -> str:
    if not found:
        return "Not measured yet."
    parts = [
        _machine(found),
        _stages(found),
        _rules(found),
        _plain(found),
        _weighed(found),
        _public(found),
        _imports(found),
        _delta(found),
    ]
    return "\n\n".join(part for part in parts if part)


def _machine(found: Told) -> str:
    told = ", ".join(f"{name} {found['machine'][name]}" for name in MACHINE)
    return f"- Machine: {told}; measured {found['at'][:16]}."


def _works(found: Told) -> Iterator[tuple[str, Told]]:
    """(what was measured, its figures), the real register first, then by size."""
    titles = [title for title in found if title.split()[0] in ("real", "synthetic", "bare")]
    for title in sorted(titles, key=lambda title: (title != "real", int(title.split()[-1]) if " " in title else 0)):
        kind, *size = title.split()
        yield (f"{kind} {int(size[0]):,}" if size else kind), found[title]


def share(value: float, digits: int = 1) -> str:
    return f"{value * 100:.{digits}f} %"


def _stages(found: Told) -> str:
    works = [(title, work["stages"]) for title, work in _works(found) if "stages" in work.get("stages", {})]
    if not works:
        return ""
    header = ["alarms, right among them, recall"]
    for title, told in works:
        header.append(f"{title} ({told['true']:,} true)")
    names = [each["stage"] for each in works[0][1]["stages"]]
    lines = []
    for place, name in enumerate(names):
        each = [told["stages"][place] for _, told in works]
        cells = [f"{one['alarms']:,}: {share(one['precision'])}, {share(one['recall'])}" for one in each]
        lines.append([name, *cells])
    suspected = [f"{told['stages'][-1]['suspected']:,}" for _, told in works]
    lines.append(["set aside for a person (suspected the same)", *suspected])
    return rows(header, lines)


def _rules(found: Told) -> str:
    told = found.get("real", {})
    if "rules" not in told:
        return ""
    lines = []
    for rule in RULES:
        each = told["rules"].get(rule)
        if each is None:
            continue
        cost = (told["current"].get(rule) or told["legacy"].get(rule))["process"]
        lines.append(
            [
                rule,
                *(f"{each[name]:,}" for name in ("compared", "true", "confirmed", "suspected", "undecidable")),
                share(each["precision"]),
                share(each["recall"]),
                f"{each['f1']:.3f}",
                f"{cost['seconds']:.1f}",
                f"{cost['cpu']:.1f}",
                f"{cost['peak']:,.0f}",
            ]
        )
    header = ["rule, real register", "compared", "true", "confirmed", "suspected", "undecidable", "precision", "recall"]
    return rows([*header, "F1", "s", "CPU s", "MiB"], lines)


def _plain(found: Told) -> str:
    lines = []
    for title, work in _works(found):
        ours, theirs = work.get("exact", {}), work.get("pandas") or {}
        if "exact" not in ours:
            continue
        cells = [f"{ours['compared']:,} × {ours['against']:,}", f"{ours['exact']:.2f}", f"{ours['exact_cpu']:.2f}"]
        cells.append(f"{ours['process']['peak']:,.0f}")
        if "cpu" in theirs:
            ratio = theirs["cpu"] / ours["exact_cpu"]
            same = "yes" if theirs["unmatched"] == ours["unmatched"] else "no"
            cells += [f"{theirs['cpu']:.2f}", f"{theirs['process']['peak']:,.0f}", f"{ratio:.1f}", same]
        else:
            cells += ["-"] * 4
        lines.append([title, *cells])
    header = ["plain keys of TX-1", "records", "s", "CPU s", "MiB", "pandas CPU s", "MiB", "pandas/ours", "same rows"]
    return rows(header, lines) if lines else ""


def _weighed(found: Told) -> str:
    lines = []
    for title, work in _works(found):
        for name in ("left over", "without codes"):
            if "f1" in work.get(name, {}).get("ours", {}):
                lines.append([f"{title}, {name}", *_weighing(work[name])])
    header = [
        "names and addresses weighed", "true pairs", "F1 ours", "Splink", "on Spark", "cold CPU s", "Splink", "ours/Splink",
        "warm CPU s", "Splink", "ours/Splink", "gap of the waterfall", "calibration error", "after 200 verdicts",
    ]  # fmt: skip
    return rows(header, lines) if lines else ""


def _weighing(told: Told) -> list[str]:
    ours, splink, spark = told["ours"], told.get("splink", {}), told.get("spark", {})
    cells = [f"{ours['true']:,}", f"{ours['f1']:.4f}"]
    cells += [f"{each['f1']:.4f}" if "f1" in each else "-" for each in (splink, spark)]
    for name in ("cold_cpu", "warm_cpu"):
        other = splink.get(name)
        cells += [f"{ours[name]:.2f}", f"{other:.2f}" if other else "-", f"{ours[name] / other:.2f}" if other else "-"]
    known = told.get("calibration", {})
    measured = known.get("measured_on", 0) > known.get("labels", 0)
    cells.append(f"{ours['waterfall_gap']:.0e}")
    return cells + [f"{known[name]:.4f}" if measured else "-" for name in ("before", "after")]


def _public(found: Told) -> str:
    sets = {name: each for name, each in found.get("public sets", {}).items() if name != "process"}
    lines = [
        [
            name,
            f"{each['true']:,}",
            *(share(each[part], 2) for part in ("precision", "recall")),
            f"{each['f1']:.4f}",
            f"{each['cpu']:.2f}",
        ]
        for name, each in sets.items()
    ]
    return rows(["labelled public set", "true pairs", "precision", "recall", "F1", "CPU s"], lines) if lines else ""


def _delta(found: Told) -> str:
    told = found.get("real", {}).get("delta")
    if not told:
        return ""
    same = "the same result" if told["same"] else "ANOTHER result"
    delta, whole = (told[which]["process"]["cpu"] for which in ("delta", "whole"))
    return (
        f"{told['new']:,} new businesses and their tax rows delivered: TX-1 took {delta:.1f} CPU s with what it remembered "
        f"and {whole:.1f} whole, with {same}."
    )


def _imports(found: Told) -> str:
    told = found.get("real", {}).get("import", {})
    lines = [
        [kind, f"{each['rows']:,}", f"{each['process']['seconds']:.1f}", f"{each['rows'] / each['process']['seconds']:,.0f}",
         f"{each['process']['peak']:,.0f}"]
        for kind, each in told.items()
    ]  # fmt: skip
    return rows(["import of the sheet", "rows", "s", "rows/s", "MiB"], lines) if lines else ""

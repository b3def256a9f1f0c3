"""The kept results as Markdown, written into docs/benchmarks.md between its marks.

python -m benchmarks.table
"""

import json
from typing import Any

import settings
from benchmarks.linkage import table as linkage
from benchmarks.run import RESULTS

PAGE = settings.ROOT / "docs" / "benchmarks.md"
BEGIN, END = "<!-- results -->", "<!-- end of results -->"
TAX_BEGIN, TAX_END = "<!-- tax comparison -->", "<!-- end of tax comparison -->"
KEYS = ("p50", "p95", "least")
COMPARED = ("p50", "least")
KINDS = ("sqlite", "postgresql")
MACHINE = ("cpu", "memory", "system", "python", "SQLAlchemy", "streamlit")


def results() -> dict[str, dict[str, Any]]:
    found = {}
    for kind in KINDS:
        path = RESULTS / f"{kind}.json"
        if path.exists():
            found[kind] = json.loads(path.read_text(encoding="utf-8"))
            loaded = RESULTS / f"load-{kind}.json"
            if loaded.exists():
                found[kind]["figures"] += json.loads(loaded.read_text(encoding="utf-8"))["figures"]
    return found


def rows(header: list[str], lines: list[list[str]]) -> str:
    """A Markdown table, numbers to the right."""
    marks = ["---" if i == 0 else "---:" for i in range(len(header))]
    return "\n".join("| " + " | ".join(line) + " |" for line in (header, marks, *lines))


def figures(found: dict[str, dict[str, Any]]) -> str:
    cells = {
        kind: {(each["group"], each["name"]): each for each in result["figures"]} for kind, result in found.items()
    }
    names = dict.fromkeys(name for kind in cells for name in cells[kind])
    lines = []
    for group, name in names:
        mine = [cells[kind].get((group, name)) for kind in found]
        unit = next(each["unit"] for each in mine if each)
        notes = dict.fromkeys(each["note"] for each in mine if each and each["note"])
        told = f"{group}: {name}" + (f" ({'; '.join(notes)})" if notes else "")
        lines.append([told, unit, *(number(each, key) for each in mine for key in KEYS)])
    return rows(["measured", "unit", *(f"{kind} {key}" for kind in found for key in KEYS)], lines)


def number(each: dict[str, Any] | None, key: str) -> str:
    if each is None:
        return "-"
    return f"{each[key]:,.0f}" if each[key] >= 100 else f"{each[key]:.2f}"


def ratios(found: dict[str, dict[str, Any]]) -> str:
    names = dict.fromkeys(name for result in found.values() for name in result["ratios"])
    lines = []
    for name in names:
        mine = [found[kind]["ratios"].get(name) for kind in found]
        lines.append([name, *(f"{each[key]:,.1f}" if each else "-" for each in mine for key in COMPARED)])
    return rows(["times", *(f"{kind} {key}" for kind in found for key in COMPARED)], lines)


def described(found: dict[str, dict[str, Any]]) -> str:
    first = next(iter(found.values()))["machine"]
    machine = ", ".join(f"{name} {first[name]}" if name[0].isupper() else first[name] for name in MACHINE)
    lines = [f"Machine: {machine}."]
    for result in found.values():
        told = result["machine"]
        lines.append(
            f"{told['database']}: {told['cases']} cases, {told['size']}, measured {result['at'][:16]}, "
            f"load at start {told['load at start']}."
        )
    return "\n".join(f"- {line}" for line in lines)


def written(text: str, begin: str, end: str, parts: list[str]) -> str:
    """The page with the parts between its marks."""
    before, rest = text.split(begin)
    _, after = rest.split(end)
    return before + "\n\n".join((begin, *parts, end)) + after


def main() -> None:
    found = results()
    text = PAGE.read_text(encoding="utf-8")
    text = written(text, BEGIN, END, [described(found), ratios(found), figures(found)])
    text = written(text, TAX_BEGIN, TAX_END, [linkage.section(linkage.read())])
    PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()

"""Parses one XLSX in a process of its own, under limits: a hostile workbook can only kill this process (security 6).

Run as `python -I workbook_child.py IN OUT MEMORY_BYTES CPU_SECONDS MAX_CELLS`. Writes one JSON line a sheet and a row:
`{"sheet": name}` and `[row number, cell, ...]`. Exit status 3: more cells than allowed.
"""

import datetime as dt
import json
import resource
import sys

MAX_OUT_BYTES = 2 << 30
TOO_MANY_CELLS = 3


def _text(cell: object) -> str:
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, dt.datetime):
        is_date = cell.time() == dt.time()
        return cell.date().isoformat() if is_date else cell.isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()
    return str(cell)


def _limit(memory: int, seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MAX_OUT_BYTES, MAX_OUT_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main(source: str, target: str, memory: str, seconds: str, max_cells: str) -> int:
    import python_calamine

    _limit(int(memory), int(seconds))
    cells = 0
    workbook = python_calamine.CalamineWorkbook.from_path(source)
    worksheets = [
        sheet.name for sheet in workbook.sheets_metadata if sheet.typ == python_calamine.SheetTypeEnum.WorkSheet
    ]
    with open(target, "w", encoding="utf-8") as out:
        for name in worksheets:
            sheet = workbook.get_sheet_by_name(name)
            cells += sheet.height * sheet.width
            if cells > int(max_cells):
                return TOO_MANY_CELLS
            top, left = sheet.start or (0, 0)
            out.write(json.dumps({"sheet": name}) + "\n")
            for number, row in enumerate(sheet.to_python(skip_empty_area=True), start=top + 1):
                out.write(json.dumps([number, *[""] * left, *map(_text, row)]) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

"""What became of a sheet's rows."""

import csv
import dataclasses
from collections.abc import Mapping
from pathlib import Path

from services.exchange.sheets import RowError

Row = Mapping[str, str]
Numbered = tuple[int, Row]
HEADING_ROWS = 1


@dataclasses.dataclass
class Outcome:
    rows: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    errors: list[RowError] = dataclasses.field(default_factory=list)
    targets: dict[int, int] = dataclasses.field(default_factory=dict)  # row to the record it made or met

    @property
    def rejected(self) -> int:
        return len({error.row for error in self.errors})

    def plus(self, other: "Outcome") -> "Outcome":
        return Outcome(
            self.rows + other.rows,
            self.created + other.created,
            self.changed + other.changed,
            self.unchanged + other.unchanged,
            self.errors + other.errors,
            self.targets | other.targets,
        )


def numbered(path: Path) -> list[Numbered]:
    """The rows of a shipped CSV with their numbers."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(enumerate(csv.DictReader(file), start=HEADING_ROWS + 1))


def cell(row: Row, column: str) -> str:
    return str(row.get(column) or "").strip()

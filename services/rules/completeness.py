"""One complete notice: every document judged, everything that is wrong told at once, nothing new later (行政许可法 art. 32-4)."""

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence

from models.enums import SOUND_VERDICTS, DocumentVerdict, Necessity
from services.errors import Invalid, WrongState

NOTE_LENGTH = 300
V = DocumentVerdict


@dataclasses.dataclass(frozen=True)
class Document:
    """A document of the case as it lies there now; `content` tells whether it changed."""

    key: str
    name: str
    necessity: Necessity
    content: str


@dataclasses.dataclass(frozen=True)
class Judged:
    """What is said of one document."""

    key: str
    verdict: DocumentVerdict
    note: str = ""


@dataclasses.dataclass(frozen=True)
class Before:
    """What was said of a document in an earlier round, by whom and when."""

    round: int
    verdict: DocumentVerdict
    content: str
    judged_by: str
    judged_at: dt.datetime


def check(documents: Sequence[Document], judged: Mapping[str, Judged]) -> None:
    """Raises Invalid, naming each document, until every one is judged and what is wrong with it is written down."""
    problems = {each.key: f"「{each.name}」还没有审查" for each in documents if each.key not in judged}
    for document in documents:
        found = judged.get(document.key)
        if found is None:
            continue
        if found.verdict is V.NOT_NEEDED and document.necessity is Necessity.REQUIRED:
            problems[document.key] = f"「{document.name}」是必交材料，不能判为不需要"
        elif found.verdict not in (*SOUND_VERDICTS, V.MISSING) and len(found.note.strip()) < 2:
            problems[document.key] = f"「{document.name}」{found.verdict.label}：请写明哪里不符、怎样补正"
        elif len(found.note) > NOTE_LENGTH:
            problems[document.key] = f"「{document.name}」的说明超过 {NOTE_LENGTH} 个字"
    if problems:
        raise Invalid("；".join(problems.values()), problems)


def defects(documents: Sequence[Document], judged: Mapping[str, Judged]) -> list[tuple[Document, Judged]]:
    """What has to be corrected, in the order of the list."""
    found = [(each, judged[each.key]) for each in documents]
    return [(document, said) for document, said in found if said.verdict not in SOUND_VERDICTS]


def refuse_later(wrong: Sequence[tuple[Document, Judged]], earlier: Mapping[str, Before], zone: dt.tzinfo) -> None:
    """A later request for what lay there unchanged when it was passed is refused, with the proof. Raises WrongState."""
    proofs = []
    for document, _ in wrong:
        before = earlier.get(document.key)
        if before is None or before.verdict not in SOUND_VERDICTS or before.content != document.content:
            continue
        when = f"{before.judged_at.astimezone(zone):%Y-%m-%d %H:%M}"
        proofs.append(
            f"「{document.name}」第 {before.round} 轮（{when}，{before.judged_by}）已判为「{before.verdict.label}」，此后没有改动"
        )
    if proofs:
        raise WrongState(f"{'；'.join(proofs)}。补正应当一次告知全部内容（《行政许可法》第三十二条），不得再次要求")

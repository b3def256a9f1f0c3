"""Finding cases by words: character bigrams in a full-text table (design §8: trigrams find nothing for two characters).

SQLite: FTS5 over prepared tokens, `rowid` is the case id, so that hits come newest first without sorting. PostgreSQL:
an array with a GIN index.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence

from sqlalchemy import BigInteger, Column, MetaData, Table, Text, column, insert, table, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from services.database import is_sqlite
from services.errors import Invalid

RUN = re.compile(r"[\u3400-\u9fff]+|[0-9a-z]+")
HAN = re.compile(r"[\u3400-\u9fff]")

POSTGRESQL_WORDS = Table(
    "case_words",
    MetaData(),
    Column("district_id", BigInteger, primary_key=True),
    Column("case_id", BigInteger, primary_key=True),
    Column("words", ARRAY(Text)),
)
SQLITE_WORDS = table("case_words", column("rowid", BigInteger), column("words", Text))


def runs(text_: str) -> list[str]:
    """The stretches of Chinese characters and of letters and digits, lower-case, full width folded."""
    return RUN.findall(unicodedata.normalize("NFKC", text_).lower())


def tokens(*texts: str | None) -> list[str]:
    """The bigrams of Chinese stretches and the whole of others, each once, in order."""
    found: dict[str, None] = {}
    for run in (run for part in texts if part for run in runs(part)):
        if not HAN.match(run) or len(run) == 1:
            found[run] = None
        else:
            found.update(dict.fromkeys(run[i : i + 2] for i in range(len(run) - 1)))
    return list(found)


def asked(query: str) -> list[str]:
    """The tokens that a query needs. Raises Invalid for a query too short to search by."""
    found = [token for token in tokens(query) if len(token) > 1 or not HAN.match(token)]
    if not found or (len(found) == 1 and len(found[0]) == 1):
        raise Invalid("请至少输入两个字再查询", {"words": "请至少输入两个字"})
    return found


def inexact(query: str) -> list[str]:
    """The runs that their tokens alone do not tell apart: three characters and more, and one that stands alone."""
    return [run for run in runs(query) if HAN.match(run) and len(run) != 2]


def match_expression(wanted: Iterable[str]) -> str:
    """The FTS5 expression that asks for every token."""
    return " AND ".join(f'"{token}"' for token in wanted)


def index(session: Session, district_id: int, entries: Sequence[tuple[int, list[str]]]) -> None:
    """Make cases findable: (case id, tokens) each."""
    if not entries:
        return
    if is_sqlite(session):
        rows = [{"rowid": case_id, "words": " ".join(words)} for case_id, words in entries]
        session.execute(text("INSERT INTO case_words(rowid, words) VALUES (:rowid, :words)"), rows)
    else:
        session.execute(
            insert(POSTGRESQL_WORDS),
            [{"district_id": district_id, "case_id": case_id, "words": words} for case_id, words in entries],
        )


def forget(session: Session, district_id: int, entries: Sequence[tuple[int, list[str]]]) -> None:
    """Take cases out of the index; the tokens must be those that were indexed."""
    for case_id, words in entries:
        if is_sqlite(session):
            session.execute(
                text("INSERT INTO case_words(case_words, rowid, words) VALUES ('delete', :rowid, :words)"),
                {"rowid": case_id, "words": " ".join(words)},
            )
        else:
            session.execute(
                POSTGRESQL_WORDS.delete().where(
                    POSTGRESQL_WORDS.c.district_id == district_id, POSTGRESQL_WORDS.c.case_id == case_id
                )
            )

"""The audit chain finds every kind of tampering."""

import datetime as dt

import pytest
from sqlalchemy import delete, select, update

from models.audit import AuditEntry
from services import audit
from services.errors import DomainError
from tests import builders


@pytest.fixture
def chain(session, inspector, now):
    for serial in range(10):
        at = now + dt.timedelta(seconds=serial)
        audit.record(session, "试", ("case", serial), actor=inspector, now=at, after={"n": serial})
    session.flush()
    assert audit.verify(session, builders.DISTRICT) == audit.Verdict(True, 10, None)
    return session


TAMPERINGS = {
    "edit": update(AuditEntry).where(AuditEntry.sequence == 4).values(after={"n": 99}),
    "rename": update(AuditEntry).where(AuditEntry.sequence == 4).values(actor_name="别人"),
    "rewrite a link": update(AuditEntry).where(AuditEntry.sequence == 5).values(previous_hash="0" * 64),
    "delete": delete(AuditEntry).where(AuditEntry.sequence == 5),
    "cut the tail": delete(AuditEntry).where(AuditEntry.sequence > 7),
    "rewrite a hash": update(AuditEntry).where(AuditEntry.sequence == 6).values(hash="f" * 64),
}


@pytest.mark.parametrize("change", list(TAMPERINGS.values()), ids=list(TAMPERINGS))
def test_tampering_is_found(chain, change):
    chain.execute(change.execution_options(synchronize_session=False))
    chain.expire_all()
    verdict = audit.verify(chain, builders.DISTRICT)
    assert not verdict.intact and verdict.first_broken in (4, 5, 6, 8)


def test_a_clock_set_back_is_refused(chain, inspector, now):
    with pytest.raises(DomainError, match="时钟"):
        audit.record(chain, "试", ("case", 1), actor=inspector, now=now - dt.timedelta(minutes=1))


def test_before_and_after_are_kept(session, inspector, now):
    audit.record(
        session, "改", ("item", 7), actor=inspector, now=now, before={"名": "旧"}, after={"名": "新"}, reason="更名"
    )
    session.flush()
    entry = session.scalars(select(AuditEntry)).one()
    assert (entry.before, entry.after, entry.reason) == ({"名": "旧"}, {"名": "新"}, "更名")

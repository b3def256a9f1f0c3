"""What a step's papers cost among a year's: numbered and kept, filled, drawn; the outbox with a message for every case."""

from collections.abc import Iterator

from sqlalchemy import func, insert, literal, select

from benchmarks.district import District
from benchmarks.timing import Figure, measure
from models.cases import Case, CaseEvent
from models.catalogue import ItemVersion
from models.documents import CaseDocument
from models.enums import CaseAction, DocumentKind, MessageChannel, MessageState
from models.messages import OutboxMessage
from services import database, documents
from services.actors import Actor
from services.cases import telling
from services.documents import drawing, filling, templates
from services.outbox import queue
from services.rules import vouchers
from services.rules.permissions import ROLE_PERMISSIONS, Role

SLOW_RUNS = 10
KIND = DocumentKind.ACCEPTANCE


def steps(district: District, runs: int) -> Iterator[Figure]:
    """All in one transaction that is taken back: the copy stays as it was."""
    owner, now = district.actor.district_id, district.now
    template = templates.shipped(KIND).read_bytes()
    facts = vouchers.examples(KIND)
    filled = filling.fill(template, facts)
    yield measure("papers", "a voucher filled as Word", lambda: filling.fill(template, facts), runs=SLOW_RUNS)
    yield measure("papers", "and drawn as PDF", lambda: drawing.pdf(filled, title="t", foot="f"), runs=SLOW_RUNS)
    with database.writing() as session, session.begin_nested() as point:
        made = _a_voucher_a_case(session, owner, now)
        case, event = session.execute(
            select(Case, CaseEvent)
            .join(CaseEvent, (CaseEvent.district_id == Case.district_id) & (CaseEvent.case_id == Case.id))
            .where(Case.district_id == owner, CaseEvent.action == CaseAction.ACCEPT, Case.batch_id.is_(None))
            .limit(1)
        ).one()
        version = session.get_one(ItemVersion, (owner, case.item_version_id))
        session.expire_all()

        def write() -> None:
            with session.begin_nested() as inner:
                documents.write(session, case, version, event, kinds=[DocumentKind.EXTENSION])
                inner.rollback()

        staff = Actor(owner, None, "基准", permissions=ROLE_PERMISSIONS[Role.CENTRE_STAFF])
        note = f"{made:,} of them"
        yield measure("papers", "a step's voucher numbered and kept", write, runs=runs, note=note)
        yield measure("papers", "vouchers of a case", lambda: documents.of_case(session, case), runs=runs, note=note)
        yield measure("papers", "messages of a case", lambda: queue.of_case(session, case), runs=runs, note=note)
        yield measure(
            "papers", "outbox: first page", lambda: queue.page(session, staff, queue.Sought()), runs=SLOW_RUNS
        )
        yield measure(
            "papers",
            "outbox: failed ones",
            lambda: queue.page(session, staff, queue.Sought(MessageState.FAILED)),
            runs=runs,
        )
        yield measure("papers", "outbox: how many stand where", lambda: queue.standing(session, staff), runs=SLOW_RUNS)
        telling.apologise(session, owner, now=now)
        yield measure(
            "papers",
            "the worker's round of apologies",
            lambda: telling.apologise(session, owner, now=now),
            runs=SLOW_RUNS,
        )
        point.rollback()


def _a_voucher_a_case(session: database.Session, owner: int, now: object) -> int:
    """One voucher and one sent message for every case of the year."""
    papers = select(
        Case.district_id, Case.id, literal(1), literal(DocumentKind.EXTENSION.value), literal(2025),
        func.row_number().over(order_by=Case.id),
        Case.number, literal("{}"), literal(0), literal("基准"), Case.submitted_at,
    ).where(Case.district_id == owner)  # fmt: skip
    columns = ["district_id", "case_id", "sequence", "kind", "year", "serial", "number", "facts", "template_version"]
    columns += ["written_by", "written_at"]
    made = session.execute(insert(CaseDocument).from_select(columns, papers, include_defaults=False))
    sent = select(
        Case.district_id, Case.id, Case.number, literal("accept"), Case.id, literal(MessageChannel.SMS.value),
        literal("x"), literal("138****0001"), literal("您申请的事项已受理"), literal(MessageState.SENT.value), literal(1),
        Case.submitted_at, Case.submitted_at,
    ).where(Case.district_id == owner)  # fmt: skip
    columns = [
        "district_id",
        "id",
        "message_key",
        "event",
        "case_id",
        "channel",
        "recipient_cipher",
        "recipient_masked",
    ]
    columns += ["body", "state", "attempts", "next_try_at", "created_at"]
    session.execute(insert(OutboxMessage).from_select(columns, sent, include_defaults=False))
    return int(made.rowcount)  # type: ignore[attr-defined]

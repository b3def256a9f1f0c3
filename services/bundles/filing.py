"""Taking a bundle in at one window: one case, each material once, every department's task at once (R-PAR-01, R-PAR-02)."""

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from models.enums import ApplicationChannel, MaterialState, Permission
from services import attachments
from services.actors import Actor
from services.bundles import composing
from services.cases import intake
from services.cases.applicants import ApplicantEntry
from services.cases.intake import Filed, Filing, MaterialEntry
from services.errors import Invalid, WrongState


@dataclasses.dataclass(frozen=True)
class BundleFiling:
    """`chosen` are the optional items; `states` say by material key what was handed in."""

    bundle_id: int
    applicant: ApplicantEntry
    chosen: Sequence[int] = ()
    states: Mapping[str, MaterialState] = dataclasses.field(default_factory=dict)
    uploads: Sequence[attachments.Upload] = ()
    channel: ApplicationChannel = ApplicationChannel.WINDOW
    agent_name: str = ""
    subject: str = ""
    form_key: str | None = None


def file(session: Session, filing: BundleFiling, *, actor: Actor, now: dt.datetime) -> Filed:
    """Raises Invalid naming every material that is missing, WrongState for a bundle that is not taken in as one."""
    actor.must(Permission.CASES_INTAKE)
    found = composing.compose(session, actor.district_id, filing.bundle_id, filing.chosen)
    if found.bundle.item_id is None:
        raise WrongState(f"「{found.bundle.name}」按阶段办理，请在「项目报建」中建立项目")
    if missing := found.missing(filing.states):
        message = f"缺少必要材料：{'、'.join(missing)}"
        raise Invalid(message, {"materials": message})
    return intake.file(
        session,
        Filing(
            item_id=found.bundle.item_id,
            applicant=filing.applicant,
            materials=[MaterialEntry(key, state) for key, state in filing.states.items()],
            asked=[each.material for each in found.materials],
            uploads=filing.uploads,
            channel=filing.channel,
            agent_name=filing.agent_name,
            subject=filing.subject,
            form_key=filing.form_key,
            covers=[member.id for member in found.members],
        ),
        actor=actor,
        now=now,
    )

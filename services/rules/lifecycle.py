"""What may happen to a case next: one table of steps (domain §2.2). A step that the table lacks is refused in words."""

from models.enums import CaseAction, CaseResult, CaseStatus, HolderKind
from services.errors import WrongState

A = CaseAction
S = CaseStatus

NEXT_STATUS: dict[tuple[CaseStatus, CaseAction], CaseStatus] = {
    (S.SUBMITTED, A.REQUEST_CORRECTION): S.CORRECTION_REQUESTED,
    (S.SUBMITTED, A.ACCEPT): S.ACCEPTED,
    (S.SUBMITTED, A.REFUSE_ACCEPTANCE): S.CLOSED,
    (S.SUBMITTED, A.DECLARE_NOT_REQUIRED): S.CLOSED,
    (S.SUBMITTED, A.WITHDRAW): S.CLOSED,
    (S.CORRECTION_REQUESTED, A.RESUBMIT): S.SUBMITTED,
    (S.CORRECTION_REQUESTED, A.EXPIRE_CORRECTION): S.CLOSED,
    (S.CORRECTION_REQUESTED, A.WITHDRAW): S.CLOSED,
    # nobody told the applicant anything in five working days: accepted by law (art. 32-4)
    (S.SUBMITTED, A.DEEM_ACCEPTED): S.ACCEPTED,
    (S.ACCEPTED, A.SUSPEND): S.SUSPENDED,
    (S.ACCEPTED, A.EXTEND): S.ACCEPTED,
    (S.ACCEPTED, A.FORWARD_UP): S.WAITING_SUPERIOR,
    (S.ACCEPTED, A.EXAMINE): S.EXAMINING,
    (S.ACCEPTED, A.GRANT): S.DECIDED,
    (S.ACCEPTED, A.DENY): S.DECIDED,
    (S.ACCEPTED, A.WITHDRAW): S.CLOSED,
    (S.EXAMINING, A.EXAMINE): S.EXAMINING,
    (S.EXAMINING, A.SUSPEND): S.SUSPENDED,
    (S.EXAMINING, A.EXTEND): S.EXAMINING,
    (S.EXAMINING, A.FORWARD_UP): S.WAITING_SUPERIOR,
    (S.EXAMINING, A.GRANT): S.DECIDED,
    (S.EXAMINING, A.DENY): S.DECIDED,
    (S.EXAMINING, A.WITHDRAW): S.CLOSED,
    (S.SUSPENDED, A.RESUME): S.EXAMINING,
    (S.SUSPENDED, A.EXTEND): S.SUSPENDED,
    (S.SUSPENDED, A.WITHDRAW): S.CLOSED,
    (S.WAITING_SUPERIOR, A.SUPERIOR_REPLY): S.EXAMINING,
    (S.WAITING_SUPERIOR, A.EXTEND): S.WAITING_SUPERIOR,
    (S.WAITING_SUPERIOR, A.CLOSE_FORWARDED): S.CLOSED,
    (S.WAITING_SUPERIOR, A.WITHDRAW): S.CLOSED,
    (S.DECIDED, A.DELIVER): S.DELIVERED,
    # an original that is not genuine withholds the certificate and returns the decision (art. 31, 69, 78)
    (S.DECIDED, A.WITHHOLD): S.WITHHELD,
    (S.WITHHELD, A.UPHOLD): S.DECIDED,
    (S.WITHHELD, A.REVOKE): S.CLOSED,
    # after acceptance nothing is asked for a second time; what is, is written down for the inspector
    (S.ACCEPTED, A.LATE_REQUEST): S.ACCEPTED,
    (S.EXAMINING, A.LATE_REQUEST): S.EXAMINING,
    # another system's log ends a case without telling how it was decided
    (S.SUBMITTED, A.CLOSE_ELSEWHERE): S.CLOSED,
    # a typing error is voided with its reason, never deleted (办结结果 2)
    (S.SUBMITTED, A.VOID): S.CLOSED,
    (S.ACCEPTED, A.VOID): S.CLOSED,
}

# a visit to the site and the fees move nothing, they are written down (art. 34, 59; R-PAR-05)
NEXT_STATUS |= {
    (status, action): status
    for status in (S.ACCEPTED, S.EXAMINING, S.SUSPENDED)
    for action in (A.PLAN_VISIT, A.HOLD_VISIT, A.ASK_FEE, A.PAY_FEE)
}
NEXT_STATUS |= {(S.DECIDED, action): S.DECIDED for action in (A.ASK_FEE, A.PAY_FEE)}

# what another system's log says happened changes nothing by itself
NEXT_STATUS |= {(status, A.NOTE): status for status in S}

RESULT_OF: dict[CaseAction, CaseResult] = {
    A.GRANT: CaseResult.GRANTED,
    A.DENY: CaseResult.DENIED,
    A.REFUSE_ACCEPTANCE: CaseResult.ACCEPTANCE_REFUSED,
    A.DECLARE_NOT_REQUIRED: CaseResult.NOT_REQUIRED,
    A.WITHDRAW: CaseResult.WITHDRAWN,
    A.EXPIRE_CORRECTION: CaseResult.CORRECTION_EXPIRED,
    A.VOID: CaseResult.VOIDED,
    A.CLOSE_ELSEWHERE: CaseResult.CLOSED_ELSEWHERE,
    A.CLOSE_FORWARDED: CaseResult.FORWARDED_UP,
    A.REVOKE: CaseResult.REVOKED,
}

HOLDER_OF: dict[CaseStatus, HolderKind] = {
    S.SUBMITTED: HolderKind.WINDOW,
    S.CORRECTION_REQUESTED: HolderKind.APPLICANT,
    S.ACCEPTED: HolderKind.DEPARTMENT,
    S.EXAMINING: HolderKind.DEPARTMENT,
    S.SUSPENDED: HolderKind.SPECIAL_PROCEDURE,
    S.WAITING_SUPERIOR: HolderKind.SUPERIOR,
    S.DECIDED: HolderKind.WINDOW,
    S.WITHHELD: HolderKind.DEPARTMENT,
    S.DELIVERED: HolderKind.NOBODY,
    S.CLOSED: HolderKind.NOBODY,
}

# withdrawn and voided cases are left out of every on-time figure (domain §3.3)
UNCOUNTED_RESULTS = frozenset({CaseResult.WITHDRAWN, CaseResult.VOIDED})


def next_status(status: CaseStatus, action: CaseAction) -> CaseStatus:
    """The status after `action`. Raises WrongState when the step is not possible now."""
    try:
        return NEXT_STATUS[status, action]
    except KeyError:
        raise WrongState(f"办件当前状态为「{status.label}」，不能「{action.label}」") from None


def possible(status: CaseStatus) -> set[CaseAction]:
    """The actions that the table allows from `status`."""
    return {action for (known, action) in NEXT_STATUS if known == status}

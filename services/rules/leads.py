"""What may happen to a lead next: one table of steps (R-TAX-04). Every closing step needs a reason and its evidence."""

from models.enums import OPEN_LEAD_STATES, LeadAction, LeadState
from services.errors import Invalid, WrongState

A = LeadAction
S = LeadState

CLOSING: dict[LeadAction, LeadState] = {
    A.REGISTER: S.REGISTERED,
    A.PAY: S.PAID,
    A.EXEMPT: S.EXEMPT,
    A.CLEAR: S.NOT_LIABLE,
    A.CORRECT: S.DATA_ERROR,
    A.TRANSFER: S.TRANSFERRED,
}
# what a person does by name; the other steps belong to assigning, letters and comparisons
BY_HAND = frozenset({*CLOSING, A.START, A.NOTE})
CLOSED_STATES = frozenset(set(S) - set(OPEN_LEAD_STATES))

NEXT_STATE: dict[tuple[LeadState, LeadAction], LeadState] = {
    (S.NEW, A.ASSIGN): S.ASSIGNED,
    (S.ASSIGNED, A.ASSIGN): S.ASSIGNED,
    (S.VERIFYING, A.ASSIGN): S.ASSIGNED,
    (S.ASSIGNED, A.START): S.VERIFYING,
    **{(state, action): closed for state in (S.ASSIGNED, S.VERIFYING) for action, closed in CLOSING.items()},
    # the registers themselves show the registration or the payment, whoever holds the lead
    (S.NEW, A.REGISTER): S.REGISTERED,
    (S.NEW, A.PAY): S.PAID,
    (S.NEW, A.CORRECT): S.DATA_ERROR,
    **{(state, A.REOPEN): S.NEW for state in CLOSED_STATES},
    **{(state, action): state for state in S for action in (A.NOTE, A.FIND_AGAIN)},
    **{(state, A.SEND_LETTER): state for state in (S.ASSIGNED, S.VERIFYING)},
}
SHORTEST_REASON = 4
LONGEST_REASON = 2000


def next_state(state: LeadState, action: LeadAction) -> LeadState:
    """The state after `action`. Raises WrongState when the step is not possible now."""
    try:
        return NEXT_STATE[state, action]
    except KeyError:
        raise WrongState(f"线索当前为「{state.label}」，不能「{action.label}」") from None


def possible(state: LeadState) -> set[LeadAction]:
    """The steps that a person may take from `state`."""
    return {action for known, action in NEXT_STATE if known == state} & {*BY_HAND, A.ASSIGN, A.SEND_LETTER}


def checked_reason(action: LeadAction, reason: str, evidence: str) -> tuple[str, str]:
    """Reason and evidence, trimmed. Raises Invalid where a closing step lacks one of them."""
    if action not in BY_HAND:
        raise WrongState(f"不能直接「{action.label}」")
    if action == A.START:
        return "开始核实", ""
    reason, evidence = reason.strip(), evidence.strip()
    problems: dict[str, str] = {}
    if len(reason) < SHORTEST_REASON:
        problems["reason"] = f"请写明理由（至少 {SHORTEST_REASON} 个字）"
    if len(reason) > LONGEST_REASON:
        problems["reason"] = f"理由超过 {LONGEST_REASON} 个字"
    if action in CLOSING and len(evidence) < SHORTEST_REASON:
        problems["evidence"] = "请写明凭据，如税务登记证号、完税凭证号、免税批文或核实记录"
    if problems:
        raise Invalid("；".join(problems.values()), problems)
    return reason, evidence


def is_quiet(state: LeadState, judged_hash: str | None, evidence_hash: str) -> bool:
    """Whether a finding on a closed lead says nothing new: a person judged the same evidence, or sent it to inspection.

    What the registers themselves closed has no judged evidence: found again, it is a relapse.
    """
    return state == S.TRANSFERRED or (state in CLOSED_STATES and judged_hash == evidence_hash)

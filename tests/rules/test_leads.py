"""The steps of a lead, and what a ledger adds up to."""

import itertools
from decimal import Decimal

import pytest

from models.enums import LeadAction, LeadState, LedgerKind
from services.errors import Invalid, WrongState
from services.rules import leads, money

K, D = LedgerKind, Decimal


@pytest.mark.parametrize(("state", "action"), itertools.product(LeadState, LeadAction))
def test_only_the_steps_in_the_table_are_possible(state, action):
    if (state, action) in leads.NEXT_STATE:
        assert leads.next_state(state, action) in LeadState
    else:
        with pytest.raises(WrongState, match=state.label):
            leads.next_state(state, action)


def test_every_state_can_be_reached_and_left():
    reached = {LeadState.NEW} | set(leads.NEXT_STATE.values())
    assert reached == set(LeadState)
    assert {state for state, _ in leads.NEXT_STATE} == set(LeadState)


@pytest.mark.parametrize("action", leads.CLOSING)
def test_closing_needs_reason_and_evidence(action):
    with pytest.raises(Invalid) as refused:
        leads.checked_reason(action, "好", "")
    assert set(refused.value.fields) == {"reason", "evidence"}
    assert leads.checked_reason(action, " 已经核实 ", " 登记证 1 号 ") == ("已经核实", "登记证 1 号")


def test_a_false_positive_is_quiet_while_its_evidence_stands():
    assert leads.is_quiet(LeadState.DATA_ERROR, "a", "a")
    assert not leads.is_quiet(LeadState.DATA_ERROR, "a", "b")
    assert leads.is_quiet(LeadState.TRANSFERRED, None, "b")
    assert not leads.is_quiet(LeadState.PAID, None, "a"), "closed by the registers: found again it is a relapse"
    assert not leads.is_quiet(LeadState.NEW, "a", "a")


@pytest.mark.parametrize("action", sorted(set(LeadAction) - leads.BY_HAND))
def test_steps_of_assigning_letters_and_comparisons_are_not_taken_by_hand(action):
    with pytest.raises(WrongState, match=action.label):
        leads.checked_reason(action, "理由充分", "凭据充分")
    assert {action for state in LeadState for action in leads.possible(state)} <= {
        *leads.BY_HAND, LeadAction.ASSIGN, LeadAction.SEND_LETTER,
    }  # fmt: skip


def test_the_balance_counts_from_the_assessment_once_there_is_one():
    entries = [(K.ESTIMATED, D(9000)), (K.PAID, D(1000)), (K.ASSESSED, D(8000)), (K.LATE_FEE, D(40)), (K.WAIVED, D(40))]
    found = money.balance(entries)
    assert (found.due, found.paid, found.rest) == (D(8040), D(1000), D(7000))
    assert money.balance(entries[:2]).rest == D(8000)


def test_nothing_is_left_once_it_is_settled():
    found = money.balance([(K.ASSESSED, D(10)), (K.PAID, D(10)), (K.SETTLED, D(0))])
    assert found.is_settled and found.rest == 0
    with pytest.raises(Invalid, match="已结清"):
        money.check_entry(K.PAID, D(1), found)


@pytest.mark.parametrize(
    ("kind", "amount", "told"),
    [(K.PAID, "0", "大于 0"), (K.PAID, "-1", "大于 0"), (K.SETTLED, "0", "还有 10"), (K.PAID, "1e15", "过大")],
)
def test_an_amount_that_cannot_be_is_refused(kind, amount, told):
    with pytest.raises(Invalid, match=told):
        money.check_entry(kind, D(amount), money.balance([(K.ASSESSED, D(10))]))

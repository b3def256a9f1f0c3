"""Each step owes what the law has it hand over in writing, numbered within kind and year."""

import pytest

from models.enums import CaseAction, CaseType, DocumentKind
from services.rules import lifecycle, vouchers

STORED = [kind for kind in DocumentKind if kind is not DocumentKind.RECEIPT]
# told in writing by law: refusals, corrections, stops of the clock, decisions, their end
WRITTEN = {
    "accept", "deem_accepted", "request_correction", "refuse_acceptance", "declare_not_required", "suspend", "extend",
    "grant", "deny", "ask_fee", "revoke", "deliver", "withdraw", "expire_correction", "close_forwarded",
}  # fmt: skip


def test_the_steps_that_owe_a_voucher_are_those_told_in_writing():
    assert {action.value for action in CaseAction if vouchers.owed(action, CaseType.PROMISED)} == WRITTEN


def test_every_kind_but_the_receipt_is_owed_by_some_step_and_numbered_for_itself():
    assert {kind for kinds in vouchers.OWED_BY.values() for kind in kinds} == set(STORED)
    assert len({vouchers.number(kind, 2026, 7) for kind in STORED}) == len(STORED)
    assert vouchers.number(DocumentKind.ACCEPTANCE, 2026, 12) == "受理〔2026〕00012号"


def test_a_result_that_ends_a_case_is_told_in_writing():
    """But for what another system ended, and for a typing error that is voided."""
    silent = {action for action in lifecycle.RESULT_OF if not vouchers.owed(action, CaseType.PROMISED)}
    assert silent == {CaseAction.VOID, CaseAction.CLOSE_ELSEWHERE}


@pytest.mark.parametrize("action", [CaseAction.ACCEPT, CaseAction.GRANT, CaseAction.DELIVER])
def test_an_instant_case_has_its_receipt_alone(action):
    assert vouchers.owed(action, CaseType.IMMEDIATE) == ()


def test_a_denial_of_an_instant_case_is_still_written():
    assert vouchers.owed(CaseAction.DENY, CaseType.IMMEDIATE) == (DocumentKind.DENIAL,)


@pytest.mark.parametrize("kind", DocumentKind)
def test_what_a_kind_must_name_is_among_its_placeholders(kind):
    assert set(vouchers.required(kind)) <= set(vouchers.examples(kind))


def test_what_is_no_permit_is_not_called_one():
    assert vouchers.title(DocumentKind.GRANT, is_permit=True) == "准予行政许可决定书"
    assert vouchers.title(DocumentKind.GRANT, is_permit=False) == "准予办理决定书"
    assert vouchers.title(DocumentKind.PICKUP, is_permit=False) == "领取通知"

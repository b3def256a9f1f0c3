"""Only the steps of the table are possible."""

import itertools

import pytest

from models.enums import CaseAction, CaseStatus
from services.errors import WrongState
from services.rules import lifecycle


@pytest.mark.parametrize(("status", "action"), list(itertools.product(CaseStatus, CaseAction)))
def test_only_the_steps_in_the_table_are_possible(status, action):
    if (status, action) in lifecycle.NEXT_STATUS:
        assert lifecycle.next_status(status, action) == lifecycle.NEXT_STATUS[status, action]
        assert action in lifecycle.possible(status)
        return
    with pytest.raises(WrongState) as refused:
        lifecycle.next_status(status, action)
    assert status.label in refused.value.message and action.label in refused.value.message


def test_every_status_can_be_reached_and_has_a_holder():
    assert {*lifecycle.NEXT_STATUS.values()} | {CaseStatus.SUBMITTED} == set(CaseStatus)
    assert lifecycle.HOLDER_OF.keys() == set(CaseStatus)


def test_a_delivered_case_stays_delivered():
    ends = {CaseStatus.DELIVERED, CaseStatus.CLOSED}
    for status in ends:
        assert {lifecycle.NEXT_STATUS[status, a] for a in lifecycle.possible(status)} == {status}


def test_denial_is_never_automatic():
    """PIPL art. 24: no step leads to a denial but the decision itself (R-CASE-13)."""
    from models.enums import CaseResult

    assert [a for a, result in lifecycle.RESULT_OF.items() if result == CaseResult.DENIED] == [CaseAction.DENY]

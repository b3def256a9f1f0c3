"""A version and an item take only the steps in their tables."""

import itertools

import pytest

from models.enums import CatalogueAction, ItemState, VersionState
from services.errors import WrongState
from services.rules import versions
from services.rules.versions import NEXT, NEXT_ITEM, next_item_state, next_state


@pytest.mark.parametrize(("state", "action"), list(itertools.product(VersionState, CatalogueAction)))
def test_a_version_takes_only_the_steps_in_the_table(state, action):
    if (state, action) in NEXT:
        assert next_state(state, action) is NEXT[state, action]
    else:
        with pytest.raises(WrongState, match=f"该版本当前状态为「{state.label}」，不能{action.label}"):
            next_state(state, action)


@pytest.mark.parametrize(("state", "action"), list(itertools.product(ItemState, CatalogueAction)))
def test_an_item_takes_only_the_steps_in_the_table(state, action):
    if (state, action) in NEXT_ITEM:
        assert next_item_state(state, action) is NEXT_ITEM[state, action]
    else:
        with pytest.raises(WrongState, match=f"该事项当前状态为「{state.label}」，不能{action.label}"):
            next_item_state(state, action)


def test_the_way_to_publication_passes_both_reviews():
    state = VersionState.DRAFT
    for action in ("submit", "approve_department", "approve_centre", "publish", "supersede"):
        state = next_state(state, CatalogueAction(action))
    assert state is VersionState.SUPERSEDED


def test_a_published_version_is_only_ever_superseded_and_a_superseded_one_stays():
    assert versions.actions(VersionState.PUBLISHED) == [CatalogueAction.SUPERSEDE]
    assert versions.actions(VersionState.SUPERSEDED) == []


def test_only_drafts_and_rejected_versions_are_edited():
    assert set(versions.EDITABLE) == {VersionState.DRAFT, VersionState.REJECTED}


def test_an_abolished_item_is_closed_for_good():
    assert versions.item_actions(ItemState.ABOLISHED) == []


def test_publishing_a_correction_does_not_reopen_a_suspended_item():
    assert next_item_state(ItemState.SUSPENDED, CatalogueAction.PUBLISH) is ItemState.SUSPENDED

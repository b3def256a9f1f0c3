"""The states of a catalogue version and of an item, and the only steps between them (domain §1.7)."""

from models.enums import CatalogueAction, ItemState, VersionState
from services.errors import WrongState

S, T, A = VersionState, ItemState, CatalogueAction

NEXT: dict[tuple[VersionState, CatalogueAction], VersionState] = {
    (S.DRAFT, A.EDIT): S.DRAFT,
    (S.DRAFT, A.SUBMIT): S.SUBMITTED,
    (S.SUBMITTED, A.APPROVE_DEPARTMENT): S.DEPARTMENT_REVIEWED,
    (S.SUBMITTED, A.REJECT): S.REJECTED,
    (S.DEPARTMENT_REVIEWED, A.APPROVE_CENTRE): S.CENTRE_REVIEWED,
    (S.DEPARTMENT_REVIEWED, A.REJECT): S.REJECTED,
    (S.CENTRE_REVIEWED, A.SCHEDULE): S.CENTRE_REVIEWED,
    (S.CENTRE_REVIEWED, A.PUBLISH): S.PUBLISHED,
    (S.CENTRE_REVIEWED, A.REJECT): S.REJECTED,
    (S.REJECTED, A.EDIT): S.DRAFT,
    (S.PUBLISHED, A.SUPERSEDE): S.SUPERSEDED,
}

# A suspended item may be corrected, yet only 恢复办理 opens it again; an abolished one is closed for good.
NEXT_ITEM: dict[tuple[ItemState, CatalogueAction], ItemState] = {
    (T.PREPARING, A.DRAFT): T.PREPARING,
    (T.PREPARING, A.PUBLISH): T.ACTIVE,
    (T.PREPARING, A.ABOLISH): T.ABOLISHED,
    (T.ACTIVE, A.DRAFT): T.ACTIVE,
    (T.ACTIVE, A.PUBLISH): T.ACTIVE,
    (T.ACTIVE, A.SUSPEND): T.SUSPENDED,
    (T.ACTIVE, A.ABOLISH): T.ABOLISHED,
    (T.SUSPENDED, A.DRAFT): T.SUSPENDED,
    (T.SUSPENDED, A.PUBLISH): T.SUSPENDED,
    (T.SUSPENDED, A.RESUME): T.ACTIVE,
    (T.SUSPENDED, A.ABOLISH): T.ABOLISHED,
}

EDITABLE = tuple(state for state, action in NEXT if action is A.EDIT)


def next_state(state: VersionState, action: CatalogueAction) -> VersionState:
    """Raises WrongState for a step that the table lacks."""
    try:
        return NEXT[state, action]
    except KeyError:
        raise WrongState(f"该版本当前状态为「{state.label}」，不能{action.label}") from None


def next_item_state(state: ItemState, action: CatalogueAction) -> ItemState:
    """Raises WrongState for a step that the table lacks."""
    try:
        return NEXT_ITEM[state, action]
    except KeyError:
        raise WrongState(f"该事项当前状态为「{state.label}」，不能{action.label}") from None


def actions(state: VersionState) -> list[CatalogueAction]:
    """What may be done to a version in this state, in the order of the table."""
    return [action for held, action in NEXT if held is state]


def item_actions(state: ItemState) -> list[CatalogueAction]:
    """What may be done to an item in this state, in the order of the table."""
    return [action for held, action in NEXT_ITEM if held is state]

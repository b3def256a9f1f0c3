"""The filter bar of the catalogue, shared by the list and the grid of many items."""

from collections.abc import Mapping
from typing import Any

from models.enums import Audience, CaseType, ItemState, ItemType, VersionState
from services.organisations import OrganisationRow
from ui import pickers
from ui.guides import Topics
from ui.pickers import Filter

SEARCH = pickers.Words(placeholder="名称、编码或拼音首字母")


def bar(departments: list[OrganisationRow], topics: Topics) -> dict[str, str]:
    """What is asked, by the address's parameters."""
    return pickers.bar(
        [
            Filter("department", "实施部门", {str(row.id): row.name for row in departments}, 170),
            Filter("audience", "服务对象", Audience.labels(), 120),
            Filter("topic", "主题", _topics(topics), 150),
            Filter("type", "事项类型", ItemType.labels(), 140),
        ],
        more=[
            Filter("case_type", "办件类型", CaseType.labels(), 110),
            Filter("state", "事项状态", ItemState.labels(), 110),
            Filter("version_state", "版本状态", VersionState.labels(), 120),
        ],
        search=SEARCH,
        key="items",
    )


def _topics(topics: Topics) -> dict[str, str]:
    return {f"{kind.value}:{code}": f"{name}（{kind.label[:2]}）" for (kind, code), name in topics.items()}


def asked(chosen: Mapping[str, str]) -> dict[str, Any]:
    """The keyword arguments of `items.find` and of the export."""
    return {
        "words": chosen["words"],
        "department_id": int(chosen["department"]) if chosen["department"] else None,
        "audience": Audience(chosen["audience"]) if chosen["audience"] else None,
        "topic": chosen["topic"] or None,
        "item_type": chosen["type"] or None,
        "case_type": CaseType(chosen["case_type"]) if chosen["case_type"] else None,
        "state": ItemState(chosen["state"]) if chosen["state"] else None,
        "version_state": VersionState(chosen["version_state"]) if chosen["version_state"] else None,
    }

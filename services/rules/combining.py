"""One material list for several items: the same material is taken once (R-PAR-02)."""

import dataclasses
import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence

from models.enums import Necessity
from services.rules.guide import Material

STRICTNESS = {Necessity.CONDITIONAL: 0, Necessity.DEFERRABLE: 1, Necessity.REQUIRED: 2}


@dataclasses.dataclass(frozen=True)
class CombinedMaterial:
    """A material with the items that ask for it, in their order."""

    material: Material
    items: tuple[int, ...]


def mark(name: str) -> str:
    """Two names of one material have the same mark: width, blanks and what stands in brackets do not count."""
    plain = unicodedata.normalize("NFKC", name)
    return re.sub(r"\([^()]*\)|[\s《》「」、,，]", "", plain) or plain


def result_mark(name: str) -> str:
    """A result and its copies (正本, 副本) are one."""
    return re.sub(r"[正副]本$", "", mark(name))


def split(
    materials: Mapping[int, Sequence[Material]], results: Sequence[str]
) -> tuple[list[CombinedMaterial], list[CombinedMaterial]]:
    """What the applicant hands in, and what one of the bundle's own items produces on the way (国务院令第716号 art. 7)."""
    own = {result_mark(result) for result in results if result}
    everything = combined(materials)
    asked = [each for each in everything if result_mark(each.material.name) not in own]
    return asked, [each for each in everything if each not in asked]


def combined(materials: Mapping[int, Sequence[Material]]) -> list[CombinedMaterial]:
    """By item, in order. Copies are what the most demanding item asks for, and so is how strictly it is asked."""
    found: dict[str, CombinedMaterial] = {}
    for item_id, required in materials.items():
        for material in required:
            key = mark(material.name)
            known = found.get(key)
            found[key] = _joined(known, material, item_id) if known else _first(key, material, item_id)
    return list(found.values())


def _first(key: str, material: Material, item_id: int) -> CombinedMaterial:
    digest = hashlib.sha1(key.encode(), usedforsecurity=False).hexdigest()[:8]
    return CombinedMaterial(material.model_copy(update={"key": f"b{digest}"}), (item_id,))


def _joined(known: CombinedMaterial, material: Material, item_id: int) -> CombinedMaterial:
    mine = known.material
    strictest = max(mine.necessity, material.necessity, key=STRICTNESS.__getitem__)
    changes = {
        "originals": max(mine.originals, material.originals),
        "copies": max(mine.copies, material.copies),
        "necessity": strictest,
        "is_intermediary_report": mine.is_intermediary_report or material.is_intermediary_report,
    }
    items = known.items if item_id in known.items else (*known.items, item_id)
    return CombinedMaterial(mine.model_copy(update=changes), items)

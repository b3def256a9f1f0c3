"""What a good row becomes: the normalised columns that are compared, and the evidence as it was delivered."""

from models.enums import CodeState
from services import confidential
from services.registers.sheets import Cells, Sheet, Values
from services.rules import identifiers
from services.rules.matching import addresses, keys, names


def record(sheet: Sheet, values: Values) -> Values:
    """The normalised columns of a good row (RegisterRecord)."""
    found = {name: value for name, value in values.items() if name not in ("code", "code2", "person", "counterparty")}
    main, second = keys.read(values.get("code") or ""), keys.read(values.get("code2") or "")
    person = main.citizen_id or keys.read(values.get("person") or "").citizen_id
    parts = names.split(found["name"])
    place = addresses.split(found.get("address") or "")
    found |= {
        "subject_code": _public(main) or _public(second),
        "code_state": main.state if main.state != CodeState.ABSENT else second.state,
        "org_code": main.org_code or second.org_code,
        "person_key": confidential.blind(person) if person else None,
        "name_key": parts.key[:500] or None,
        "core_name": parts.core[:500] or None,
        "address_key": place.key[:500] or None,
        "street": place.street or None,
        "industry": parts.industry[:200] or None,
    }
    other = keys.read(values.get("counterparty") or "")
    found["counterparty_code"] = other.org_code
    found["counterparty_key"] = confidential.blind(other.citizen_id) if other.citizen_id else None
    found["natural_key"] = natural_key(sheet, found)
    return found


def _public(code: keys.ReadCode) -> str | None:
    """A code as it may stand in the open: a person's id may not."""
    return None if keys.looks_personal(code.cleaned) and not code.org_code else code.cleaned[:64] or None


def natural_key(sheet: Sheet, found: Values) -> str:
    """What the row is known by in its register from one delivery to the next."""
    for name in sheet.key_fields:
        if found.get(name):
            return str(found[name])
    return (
        f"{found.get('name_key') or found['name']}|{(found.get('person_key') or found.get('address_key') or '')[:80]}"[
            :490
        ]
    )


def evidence(sheet: Sheet, cells: Cells) -> dict[str, str]:
    """The row as delivered, with the ids of persons encrypted; columns that no heading asks for are kept too."""
    personal = {heading.title for heading in sheet.headings if heading.is_personal}
    return {
        title: f"{CIPHER}{confidential.encrypt(cell)}" if title in personal and cell and _may_be_id(cell) else cell
        for title, cell in cells.items()
        if cell
    }


CIPHER = "enc:"


def _may_be_id(cell: str) -> bool:
    """An organisation's code may stand in the open; a passport or an odd number is guarded like an id."""
    code = keys.read(cell)
    return keys.looks_personal(cell) or (code.org_code is None and code.state == CodeState.MALFORMED)


def shown(cell: str) -> str:
    """A cell of the evidence for the screen: a person's id masked."""
    return identifiers.mask_id(confidential.decrypt(cell.removeprefix(CIPHER))) if cell.startswith(CIPHER) else cell


def revealed(cell: str) -> str:
    """A cell in full; only for whoever may see it, and recorded by the caller."""
    return confidential.decrypt(cell.removeprefix(CIPHER)) if cell.startswith(CIPHER) else cell

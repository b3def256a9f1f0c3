"""The tax registers of a business side, with the truth of what became of each party."""

import datetime as dt
import random
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field

from services.demo.registers import dirt
from services.demo.registers.dirt import Shares
from services.demo.registers.parties import INDUSTRIES, Party

Row = dict[str, str]
NONE = "无"  # what is written where a sheet demands a value and there is none


@dataclass
class Derived:
    """Rows of a sheet, and the truth: which parties (unified codes) have no row, and whose row each other one is."""

    rows: list[Row] = field(default_factory=list)
    missing: set[str] = field(default_factory=set)
    party_of_row: list[str | None] = field(default_factory=list)

    def add(self, row: Row, party: str | None) -> None:
        self.rows.append(row)
        self.party_of_row.append(party)


def business_rows(parties: Sequence[Party]) -> Iterator[Row]:
    """The business register as its office delivers it."""
    for party in parties:
        yield {
            "统一社会信用代码": party.uscc,
            "注册号": party.registration_no,
            "组织机构代码": f"{party.org_code[:8]}-{party.org_code[8]}",
            "名称": party.name,
            "类型": party.kind,
            "经营者证件号": party.owner_id,
            "成立日期": party.established.isoformat(),
            "状态": "存续",
            "状态日期": "",
            "住所": party.address,
            "登记机关": "高新区工商局",
        }


def derive(
    parties: Sequence[Party], *, seed: int = 1, shares: Shares | None = None, missing: Collection[str] | None = None
) -> Derived:
    """A tax register of the parties, shuffled; the same seed gives the same.

    `missing`: the unified codes of those that have no row, instead of drawn ones (a second office that lacks the same).
    """
    shares, rng = shares or Shares(), random.Random(f"tax {seed}")
    found = Derived()
    for party in parties:
        is_missing = rng.random() < shares.missing if missing is None else party.uscc in missing
        if is_missing:
            found.missing.add(party.uscc)
            continue
        found.add(_row(party, rng, shares), party.uscc)
    for _ in range(round(len(parties) * shares.stranger)):
        found.add(_stranger(rng.choice(parties), rng, rng.random() < shares.look_alike / shares.stranger), None)
    order = list(range(len(found.rows)))
    rng.shuffle(order)
    found.rows = [found.rows[place] for place in order]
    found.party_of_row = [found.party_of_row[place] for place in order]
    return found


def _tax_id(party: Party, rng: random.Random, shares: Shares) -> str:
    drawn = rng.random()
    ways: tuple[tuple[float, Callable[[], str]], ...] = (
        (shares.code_reformatted, lambda: dirt.reformatted(party.uscc, rng)),
        (shares.code_mistyped, lambda: dirt.mistyped(party.uscc, rng)),
        (shares.code_old, lambda: party.old_tax_id),
        (shares.code_absent, lambda: NONE),
    )
    for share, made in ways:
        if drawn < share:
            return made()
        drawn -= share
    return party.uscc


def _row(party: Party, rng: random.Random, shares: Shares) -> Row:
    tax_id = _tax_id(party, rng, shares)
    return {
        "纳税人识别号": tax_id,
        "组织机构代码": party.org_code if tax_id == party.uscc and rng.random() < 0.5 else "",
        "纳税人名称": dirt.varied_name(party.name, rng) if rng.random() < shares.name_varied else party.name,
        "经营者证件号": "" if rng.random() < shares.owner_absent else party.owner_id,
        "登记日期": (party.established + dt.timedelta(days=rng.randrange(1, 29))).isoformat(),
        "状态": "正常",
        "状态日期": "",
        "主管税务机关": "高新区税务局",
        "经营地址": dirt.varied_address(party.address, rng) if rng.random() < shares.address_varied else party.address,
    }


def _stranger(near: Party, rng: random.Random, is_alike: bool) -> Row:
    """A taxpayer that is nobody of the business register; alike: the same owner and door under another shop name."""
    body = "".join(rng.choice("ABCDEFGHJK") for _ in range(5))
    name = f"成都{rng.choice('恺楷铠凯')}{rng.choice('瑀珺玥璟')}{rng.choice(INDUSTRIES)}有限公司"
    return {
        "纳税人识别号": f"510107YYY{body}X",
        "组织机构代码": "",
        "纳税人名称": name,
        "经营者证件号": near.owner_id if is_alike else "",
        "登记日期": near.established.isoformat(),
        "状态": "正常",
        "状态日期": "",
        "主管税务机关": "高新区税务局",
        "经营地址": near.address if is_alike else f"成都市锦江区东大街{rng.randrange(1, 300)}号",
    }

"""Sales of houses and land with the taxes paid on them, and the truth of which were not."""

import datetime as dt
import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from services.demo.registers.deriving import Row
from services.demo.registers.parties import REGIONS, ROADS, Party
from services.rules import identifiers

UNPAID = 0.04
UNDER_OTHER_KEY = 0.08  # paid, but the receipt names the house and the buyer, not the contract
PART_PAID = 0.02
RATE = 0.03
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨"
GIVEN = "小满立夏芒种秋分白露寒露霜降冬至惊蛰清明谷雨"
USES = (("住宅", 0.8), ("商业", 0.15), ("办公", 0.05))


@dataclass
class Deals:
    """Rows of the deals and of the payments; `unpaid` holds the contract numbers without a deed-tax payment."""

    houses: list[Row] = field(default_factory=list)
    land: list[Row] = field(default_factory=list)
    payments: list[Row] = field(default_factory=list)
    unpaid: set[str] = field(default_factory=set)


def _person(rng: random.Random) -> tuple[str, str]:
    born = dt.date(1890, 1, 1) + dt.timedelta(days=rng.randrange(3650))
    front = f"{rng.choice(REGIONS)[0]}{born:%Y%m%d}{rng.randrange(1000):03d}"
    return rng.choice(SURNAMES) + "".join(rng.sample(GIVEN, 2)), front + identifiers.citizen_id_check(front)


def deals(parties: Sequence[Party], houses: int, land: int, *, until: dt.date, seed: int = 1) -> Deals:
    """Deals of the two years before `until`; the same seed gives the same."""
    rng, found = random.Random(f"deals {seed}"), Deals()
    for number in range(houses):
        _house(found, number, until, rng)
    for number in range(land):
        _land(found, rng.choice(parties), number, until, rng)
    rng.shuffle(found.payments)
    return found


def _signed(until: dt.date, rng: random.Random) -> dt.date:
    return until - dt.timedelta(days=rng.randrange(5, 730))


def _house(found: Deals, number: int, until: dt.date, rng: random.Random) -> None:
    (buyer, buyer_id), (seller, seller_id) = _person(rng), _person(rng)
    is_new = rng.random() < 0.6
    area = round(rng.uniform(45, 190), 2)
    price = round(area * rng.uniform(6000, 18000), 2)
    contract, house = f"成房合{until.year}-{number:06d}", f"F{510107_000000 + number}"
    signed = _signed(until, rng)
    found.houses.append(
        {
            "合同备案号": contract,
            "房屋编号": house,
            "坐落": f"成都市{rng.choice(REGIONS)[1]}{rng.choice(ROADS)}{rng.randrange(1, 300)}号{rng.randrange(1, 9)}栋",
            "建筑面积": f"{area:.2f}",
            "用途": rng.choices([use for use, _ in USES], [share for _, share in USES])[0],
            "交易类型": "新建商品房" if is_new else "存量房",
            "买方名称": buyer,
            "买方证件号": buyer_id,
            "卖方名称": "成都示例置业有限公司" if is_new else seller,
            "卖方证件号": "" if is_new else seller_id,
            "成交价": f"{price:.2f}",
            "签约日期": signed.isoformat(),
        }
    )
    _pay(found, rng, contract, "房屋编号", house, buyer, buyer_id, price, signed, until)


def _land(found: Deals, party: Party, number: int, until: dt.date, rng: random.Random) -> None:
    area = rng.randrange(2_000, 60_000)
    price = round(area * rng.uniform(400, 3000), 2)
    contract, parcel, signed = f"川地合{until.year}-{number:05d}", f"510109-{number:05d}", _signed(until, rng)
    found.land.append(
        {
            "合同编号": contract,
            "宗地号": parcel,
            "坐落": party.address,
            "面积": f"{area:.2f}",
            "用途": "工业" if rng.random() < 0.5 else "商业",
            "供地方式": "出让" if rng.random() < 0.7 else "转让",
            "受让方名称": party.name,
            "受让方代码": party.uscc,
            "转让方名称": "高新区国土局",
            "成交价": f"{price:.2f}",
            "签约日期": signed.isoformat(),
        }
    )
    _pay(found, rng, contract, "宗地号", parcel, party.name, party.uscc, price, signed, until)


def _pay(
    found: Deals,
    rng: random.Random,
    contract: str,
    thing: str,
    number: str,
    name: str,
    code: str,
    price: float,
    signed: dt.date,
    until: dt.date,
) -> None:
    if rng.random() < UNPAID:
        found.unpaid.add(contract)
        return
    by_contract = rng.random() >= UNDER_OTHER_KEY
    share = 0.5 if rng.random() < PART_PAID else 1.0
    found.payments.append(
        {
            "完税证号": f"川税{len(found.payments):08d}",
            "纳税人识别号": code,
            "纳税人名称": name,
            "证件号": "",
            "税种": "契税",
            "计税依据": f"{price:.2f}",
            "税额": f"{price * RATE * share:.2f}",
            "缴款日期": min(signed + dt.timedelta(days=rng.randrange(1, 28)), until).isoformat(),
            "合同号": contract.replace("-", " ") if by_contract else "",
            "房屋编号": number if thing == "房屋编号" else "",
            "宗地号": number if thing == "宗地号" else "",
        }
    )

"""Fictional enterprises with sound codes: organisation codes begin with DEM, owners are born 1890-1899."""

import datetime as dt
import random
from dataclasses import dataclass

from services.rules import identifiers

REGIONS = (
    ("510107", "武侯区"),
    ("510113", "青白江区"),
    ("510104", "锦江区"),
    ("510114", "新都区"),
    ("510116", "双流区"),
)
STREETS = ("肖家河街道", "芳草街街道", "石羊街道", "桂溪街道", "合作街道")
ROADS = [
    "天府大道",
    "科园路",
    "永丰路",
    "紫荆北路",
    "神仙树南路",
    "府城大道",
    "锦城大道",
    "益州大道",
    "三瓦窑街",
    "顺江路",
    "清江路",
    "红星路",
    "人民南路",
    "一环路",
    "二环路",
    "高新大道",
    "创业路",
    "新园大道",
    "芳沁街",
    "桂溪东路",
    "石羊场路",
    "交子大道",
    "剑南大道",
    "盛安街",
]
TRADE = (
    "金鑫盛瑞恒泰隆昌顺达宏远华兴嘉美立信天地人和正大新创智云海川江山水木子安康宁乐福禄寿喜春秋月星光明亮"
    "峰岭岳松柏竹梅兰菊荣利丰裕通源本元亨贞吉祥如意"
)
INDUSTRIES = [
    "商贸",
    "科技",
    "餐饮管理",
    "建筑工程",
    "装饰工程",
    "物业管理",
    "农业开发",
    "机械设备",
    "电子科技",
    "食品",
    "服装",
    "汽车维修",
    "广告",
    "文化传播",
    "医药",
    "物流",
    "旅游",
    "房地产开发",
    "印务",
    "建材",
    "酒店管理",
    "环保",
    "园林绿化",
    "软件",
    "劳务",
    "家具",
]
FORMS = ("有限公司", "有限公司", "有限公司", "有限责任公司", "有限责任公司", "股份有限公司")
SHOPS = ("店", "经营部", "门市部", "商行", "厂")
BODY = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # the unified code's alphabet
FIRST_DAY = dt.date(1995, 1, 1)
INDIVIDUAL_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class Party:
    """One enterprise or individual business as its register has it; codes are sound and fictional."""

    uscc: str
    registration_no: str
    name: str
    kind: str
    owner_id: str
    established: dt.date
    address: str

    @property
    def org_code(self) -> str:
        return self.uscc[8:17]

    @property
    def old_tax_id(self) -> str:
        return self.uscc[2:8] + self.org_code


def _code(number: int, region: str, kind: str) -> str:
    body = ""
    for _ in range(5):
        number, place = divmod(number, len(BODY))
        body = BODY[place] + body
    org = f"DEM{body}"
    front = kind + region + org + identifiers.org_code_check(org)
    return front + identifiers.uscc_check(front)


def _owner(rng: random.Random) -> str:
    born = dt.date(1890, 1, 1) + dt.timedelta(days=rng.randrange(3650))
    front = f"{rng.choice(REGIONS)[0]}{born:%Y%m%d}{rng.randrange(1000):03d}"
    return front + identifiers.citizen_id_check(front)


def _name(rng: random.Random, place: str, is_individual: bool) -> str:
    trade = "".join(rng.choice(TRADE) for _ in range(rng.choice((2, 2, 2, 3))))
    front = rng.choice(("成都", "成都市", f"成都市{place}", "四川", "四川省", ""))
    if is_individual:
        return f"{front or place}{trade}{rng.choice(INDUSTRIES)}{rng.choice(SHOPS)}"
    return f"{front}{trade}{rng.choice(INDUSTRIES)}{rng.choice(FORMS)}"


def parties(count: int, *, seed: int = 1, first: int = 0, until: dt.date = dt.date(2008, 3, 31)) -> list[Party]:
    """`count` fictional parties founded up to `until`; the same seed gives the same."""
    rng = random.Random(f"parties {seed}")
    days = (until - FIRST_DAY).days
    found = []
    for number in range(first, first + count):
        region, place = rng.choice(REGIONS)
        is_individual = rng.random() < INDIVIDUAL_SHARE
        door = f"{rng.choice(ROADS)}{rng.randrange(1, 400)}号"
        if rng.random() < 0.5:
            door += f"{rng.randrange(1, 20)}栋{rng.randrange(1, 30)}楼{rng.randrange(1, 12)}号"
        found.append(
            Party(
                uscc=_code(number, region, "92" if is_individual else "91"),
                registration_no=f"{region}{number:09d}",
                name=_name(rng, place, is_individual),
                kind="个体工商户" if is_individual else "有限责任公司",
                owner_id=_owner(rng),
                established=FIRST_DAY + dt.timedelta(days=int(days * rng.random() ** 0.5)),
                address=f"成都市{place}{rng.choice(STREETS) if rng.random() < 0.6 else ''}{door}",
            )
        )
    return found

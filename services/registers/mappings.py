"""A department's own headings led to ours, kept under the source's name; guesses are offered, never applied by themselves."""

import datetime as dt
from collections.abc import Mapping, Sequence

import yaml
from rapidfuzz.distance import JaroWinkler
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.enums import ImportKind, Permission
from models.registers import HeadingMapping
from services import audit
from services.actors import Actor
from services.errors import Invalid
from services.registers.sheets import SHEETS, Sheet

LIKELY = 0.75
SYNONYMS = {
    "统一社会信用代码": ("信用代码", "社会信用代码", "统一代码"),
    "名称": ("企业名称", "单位名称", "字号名称", "市场主体名称"),
    "纳税人名称": ("纳税人", "企业名称", "单位名称"),
    "纳税人识别号": ("税号", "识别号", "纳税识别号", "社会信用代码（纳税人识别号）"),
    "成立日期": ("注册日期", "核准日期", "开业日期"),
    "登记日期": ("税务登记日期",),
    "住所": ("地址", "经营地址", "注册地址", "企业地址"),
    "经营地址": ("地址", "生产经营地址", "注册地址"),
    "类型": ("企业类型", "主体类型"),
    "经营者证件号": ("法人证件号", "法定代表人证件号", "负责人身份证号"),
    "成交价": ("合同价", "成交金额", "总价"),
    "税额": ("实缴金额", "入库金额"),
}
Mapped = Mapping[str, str]  # their heading → ours


def guesses(sheet: Sheet, headings: Sequence[str]) -> dict[str, str]:
    """The file's headings that look like those of ours it lacks, the likeliest first, one to one."""
    free = [title for title in headings if title and title not in sheet.titles]
    lacking = [ours for ours in sheet.titles if ours not in headings]
    scored = sorted(((_likeness(ours, theirs), ours, theirs) for ours in lacking for theirs in free), reverse=True)
    found: dict[str, str] = {}
    for likeness, ours, theirs in scored:
        if likeness >= LIKELY and theirs not in found and ours not in found.values():
            found[theirs] = ours
    return found


def _likeness(ours: str, theirs: str) -> float:
    return max(JaroWinkler.similarity(word, theirs) for word in (ours, *SYNONYMS.get(ours, ())))


def missing(sheet: Sheet, headings: Sequence[str], mapped: Mapped) -> list[str]:
    """Our required headings that the file has neither by name nor by mapping."""
    there = {mapped.get(title, title) for title in headings}
    return [title for title in sheet.required if title not in there]


def check(sheet: Sheet, mapped: Mapped) -> None:
    """Raises Invalid for a mapping to headings that the sheet does not have, or two to one."""
    strange = sorted(set(mapped.values()) - set(sheet.titles))
    if strange:
        raise Invalid(f"「{sheet.kind.label}」没有这些列：{'、'.join(strange)}")
    twice = sorted({ours for ours in mapped.values() if list(mapped.values()).count(ours) > 1})
    if twice:
        raise Invalid(f"两列对应到了同一列：{'、'.join(twice)}，请只留一个")


def parse(content: str) -> dict[str, str]:
    """A mapping file (YAML): `their heading: our heading`."""
    try:
        found = yaml.safe_load(content)
    except yaml.YAMLError:
        found = None
    if not isinstance(found, dict) or not all(
        isinstance(key, str) and isinstance(each, str) for key, each in found.items()
    ):
        raise Invalid("映射文件应为 YAML，每行一条「来表列名: 本表列名」")
    return found


def kept(session: Session, district_id: int, kind: ImportKind) -> dict[str, dict[str, str]]:
    """The saved mappings of a register, by the source's name."""
    rows = session.scalars(
        select(HeadingMapping)
        .where(HeadingMapping.district_id == district_id, HeadingMapping.register == kind)
        .order_by(HeadingMapping.source_name)
    )
    return {row.source_name: dict(row.headings) for row in rows}


def keep(
    session: Session, kind: ImportKind, source_name: str, mapped: Mapped, *, actor: Actor, now: dt.datetime
) -> None:
    """Save a source's mapping; the same name is replaced."""
    actor.must(Permission.TAX_IMPORT)
    source_name = source_name.strip()
    if not source_name:
        raise Invalid("请填写数据来源的名称，如「区市场监管局」", {"source": "请填写数据来源的名称"})
    check(SHEETS[kind], mapped)
    row = session.scalar(
        select(HeadingMapping).where(
            HeadingMapping.district_id == actor.district_id,
            HeadingMapping.register == kind,
            HeadingMapping.source_name == source_name,
        )
    )
    before = dict(row.headings) if row else None
    if row is None:
        row = HeadingMapping(district_id=actor.district_id, register=kind, source_name=source_name)
        session.add(row)
    row.headings, row.saved_by, row.saved_at = dict(mapped), actor.name, now
    session.flush()
    audit.record(
        session,
        "heading_mapping.save",
        ("register", kind.value),
        actor=actor,
        now=now,
        before=before,
        after=dict(mapped),
    )

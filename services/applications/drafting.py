"""Drafts of online applications: begun, saved at each step, opened again with number and code (or the address), expired."""

import dataclasses
import datetime as dt
import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

import settings
from models.applications import DraftFile, OnlineDraft
from models.cases import Case
from models.catalogue import ItemVersion, ServiceItem
from models.enums import CaseType, HandlingChannel, ItemState
from models.identity import new_id
from services import attachments, bundles, confidential
from services.applications import contents
from services.applications.contents import Content
from services.attachments import MEGABYTE, Upload
from services.cases.intake import material_key
from services.errors import Invalid, NotFound, WrongState
from services.rules import forms, identifiers
from services.rules.guide import Guide, Material

KEPT_FOR = dt.timedelta(days=30)
UNKNOWN = "没有找到相符的草稿：请核对草稿编号与草稿码；草稿保存 30 天，过期自动删除"
PREFIX = "W"  # a case's number is all digits
MOST_FILES, MOST_MEGABYTES = 40, 60
ONLINE = {HandlingChannel.WEB, HandlingChannel.MOBILE}
APPLICANT, FORM, MATERIALS, CHECK, SENT = 1, 2, 3, 4, 5  # the steps, one screen each


@dataclasses.dataclass(frozen=True)
class Application:
    """A draft with all that its pages draw. `materials` are by the key under which their files lie."""

    number: str
    code: str
    token: str
    item_id: int
    item_code: str
    item_name: str
    department_id: int
    version_id: int
    guide: Guide
    materials: dict[str, Material]
    content: Content
    files: Sequence[DraftFile]
    step: int
    form_key: str
    expires_at: dt.datetime | None
    case_number: str | None
    covers: Sequence[int] = ()
    bundle_id: int | None = None
    chosen: Sequence[int] = ()

    @property
    def is_bundle(self) -> bool:
        return self.bundle_id is not None

    def files_of(self, key: str) -> list[DraftFile]:
        return [each for each in self.files if each.material_key == key]


def closed(item: ServiceItem | Any, guide: Guide) -> str:
    """Why the item cannot be applied for online, in words; empty when it can."""
    if item.state is not ItemState.ACTIVE:
        return "本事项目前不接受新的申请"
    if guide.project_type is CaseType.IMMEDIATE:
        return "即办件到窗口当场就能办好，不需要网上申请"
    if not (guide.is_online or ONLINE & set(guide.handle_type)):
        return "本事项还没有开通网上申请，请到窗口办理"
    return ""


def preview(
    session: Session, district_id: int, item_id: int, *, bundle_id: int | None = None, chosen: Sequence[int] = ()
) -> Application:
    """What a new application asks for; nothing is written. Raises NotFound, WrongState saying why it cannot be made online."""
    if bundle_id is not None:
        return _of_bundle(session, district_id, bundle_id, chosen)
    item = session.get(ServiceItem, (district_id, item_id))
    if item is None or item.published_version_id is None:
        raise NotFound("没有这个事项，或尚未发布")
    version = session.get_one(ItemVersion, (district_id, item.published_version_id))
    guide = Guide.model_validate(version.guide)
    if reason := closed(item, guide):
        raise WrongState(reason)
    return _application(item, version, guide, guide.materials)


def _of_bundle(session: Session, district_id: int, bundle_id: int, chosen: Sequence[int]) -> Application:
    found = bundles.compose(session, district_id, bundle_id, chosen)
    item = session.get(ServiceItem, (district_id, found.bundle.item_id)) if found.bundle.item_id else None
    if item is None or item.published_version_id is None or item.state is not ItemState.ACTIVE:
        raise WrongState(f"「{found.bundle.name}」目前不能在网上一次申请，请到综合窗口办理")
    version = session.get_one(ItemVersion, (district_id, item.published_version_id))
    asked = [each.material for each in found.materials]
    made = _application(item, version, Guide.model_validate(version.guide), asked)
    return dataclasses.replace(
        made, bundle_id=bundle_id, chosen=list(chosen), covers=[member.id for member in found.members]
    )


def _application(item: ServiceItem, version: ItemVersion, guide: Guide, asked: Sequence[Material]) -> Application:
    return Application(
        number="",
        code="",
        token="",
        item_id=item.id,
        item_code=item.code,
        item_name=version.name,
        department_id=item.department_id,
        version_id=version.id,
        guide=guide,
        materials={material_key(material, place): material for place, material in enumerate(asked)},
        content=Content(),
        files=(),
        step=APPLICANT,
        form_key="",
        expires_at=None,
        case_number=None,
    )


def begin(
    session: Session, district_id: int, asked: Application, content: Content, *, step: int, now: dt.datetime
) -> Application:
    """Keep a new draft; what is not complete yet may be saved. Returns it with its number and code."""
    draft = OnlineDraft(
        district_id=district_id,
        id=new_id(now),
        number=_number(now),
        item_id=asked.item_id,
        item_version_id=asked.version_id,
        bundle_id=asked.bundle_id,
        chosen=list(asked.chosen),
        content_cipher=contents.seal(content),
        step=step,
        form_key=secrets.token_hex(16),
        created_at=now,
        saved_at=now,
        expires_at=now + KEPT_FOR,
    )
    session.add(draft)
    session.flush()
    return _loaded(session, draft)


def _number(now: dt.datetime) -> str:
    return f"{PREFIX}{now.astimezone(settings.current().zone):%Y%m%d}{secrets.randbelow(10**8):08d}"


def opened(session: Session, district_id: int, number: str, secret: str, *, now: dt.datetime) -> Application:
    """The draft of a number, opened by its code or by the token of its address.

    Raises NotFound with the same words, after the same work, for an unknown number and a wrong code.
    """
    return _loaded(session, find(session, district_id, number, secret, now=now))


def find(session: Session, district_id: int, number: str, secret: str, *, now: dt.datetime) -> OnlineDraft:
    """As `opened`: the record itself."""
    number = identifiers.normalise(number)
    by_code = confidential.same(identifiers.normalise_query_code(secret), confidential.query_code(district_id, number))
    by_token = confidential.same(secret, confidential.link_token(district_id, number))
    draft = session.scalar(
        select(OnlineDraft).where(OnlineDraft.district_id == district_id, OnlineDraft.number == number)
    )
    if draft is None or not (by_code or by_token) or draft.expires_at <= now:
        raise NotFound(UNKNOWN)
    return draft


def _loaded(session: Session, draft: OnlineDraft) -> Application:
    item = session.get_one(ServiceItem, (draft.district_id, draft.item_id))
    version = session.get_one(ItemVersion, (draft.district_id, draft.item_version_id))
    guide, covers, asked = Guide.model_validate(version.guide), [], None
    if draft.bundle_id is not None:
        found = bundles.compose(session, draft.district_id, draft.bundle_id, draft.chosen)
        covers, asked = [member.id for member in found.members], [each.material for each in found.materials]
    case = session.get(Case, (draft.district_id, draft.case_id)) if draft.case_id else None
    return dataclasses.replace(
        _application(item, version, guide, guide.materials if asked is None else asked),
        number=draft.number,
        code=confidential.query_code(draft.district_id, draft.number),
        token=confidential.link_token(draft.district_id, draft.number),
        content=contents.unseal(draft.content_cipher),
        files=_files(session, draft),
        step=draft.step,
        form_key=draft.form_key,
        expires_at=draft.expires_at,
        case_number=case.number if case else None,
        covers=covers,
        bundle_id=draft.bundle_id,
        chosen=draft.chosen,
    )


def _files(session: Session, draft: OnlineDraft) -> Sequence[DraftFile]:
    wanted = select(DraftFile).where(DraftFile.district_id == draft.district_id, DraftFile.draft_id == draft.id)
    return session.scalars(wanted.order_by(DraftFile.id)).all()


def _open(session: Session, district_id: int, number: str, secret: str, now: dt.datetime) -> OnlineDraft:
    draft = find(session, district_id, number, secret, now=now)
    if draft.case_id is not None:
        raise WrongState("这份申请已经提交，不能再改；请用办件编号和查询码查进度")
    return draft


def save(
    session: Session,
    district_id: int,
    number: str,
    secret: str,
    content: Content,
    *,
    step: int,
    now: dt.datetime,
    passing: int | None = None,
) -> None:
    """Keep what was filled in. `passing` is the step that is being left as done: its rules are asked first.

    Raises Invalid naming the fields, WrongState once it was sent.
    """
    draft = _open(session, district_id, number, secret, now)
    if passing == APPLICANT:
        content = contents.checked_applicant(content)
    elif passing == FORM:
        version = session.get_one(ItemVersion, (district_id, draft.item_version_id))
        content = dataclasses.replace(
            content, answers=forms.check(Guide.model_validate(version.guide).form, content.answers)
        )
    draft.content_cipher = contents.seal(content)
    draft.step, draft.saved_at, draft.expires_at = step, now, now + KEPT_FOR


def add_files(
    session: Session, district_id: int, number: str, secret: str, uploads: Sequence[Upload], *, now: dt.datetime
) -> int:
    """Check and keep files. Raises Invalid naming the file whose content is not what its name says, or too many."""
    draft = _open(session, district_id, number, secret, now)
    count, size = session.execute(
        select(func.count(), func.coalesce(func.sum(DraftFile.size), 0)).where(
            DraftFile.district_id == district_id, DraftFile.draft_id == draft.id
        )
    ).one()
    check_room(uploads, count=count, size=int(size))
    for upload in uploads:
        attachments.checked(upload)  # all are looked at before the first is stored
    for upload in uploads:
        stored = attachments.take(upload, now=now)
        session.add(
            DraftFile(
                district_id=district_id,
                id=new_id(now),
                draft_id=draft.id,
                material_key=upload.material_key or "",
                uploaded_at=now,
                **dataclasses.asdict(stored),
            )
        )
    draft.saved_at, draft.expires_at = now, now + KEPT_FOR
    return len(uploads)


def check_room(uploads: Sequence[Upload], *, count: int = 0, size: int = 0) -> None:
    """Raises Invalid when the files are too many or too large together with what is there."""
    if count + len(uploads) > MOST_FILES:
        raise Invalid(f"一份申请最多上传 {MOST_FILES} 个文件，已有 {count} 个，请合并后再传")
    if size + sum(len(each.content) for each in uploads) > MOST_MEGABYTES * MEGABYTE:
        raise Invalid(f"一份申请的文件合计不能超过 {MOST_MEGABYTES} MB，请压缩后再传")


def drop_file(session: Session, district_id: int, number: str, secret: str, file_id: int, *, now: dt.datetime) -> str:
    """Take a file out of the draft; returns its place in the store, to be emptied once this is committed."""
    draft = _open(session, district_id, number, secret, now)
    found = session.get(DraftFile, (district_id, file_id))
    if found is None or found.draft_id != draft.id:
        raise NotFound("这个文件已经不在了")
    session.delete(found)
    return found.storage_key

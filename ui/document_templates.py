"""The page of Word templates: which is in force, a new one tried and taken, what a template may say, earlier versions."""

import dataclasses
from collections.abc import Sequence

import streamlit as st

from models.documents import DocumentTemplate
from models.enums import DocumentKind
from services.actors import Actor
from services.database import Session
from services.documents import checking, drawing, filling, templates
from services.documents.templates import InForce
from services.errors import DomainError
from services.rules import vouchers
from ui import charts, forms, page, tables, words
from ui.charts import Meaning
from ui.tables import Column

PDF = "application/pdf"
SAMPLE = "样张"
VERSIONS = (
    Column("版本", "version", kind="number", width=60),
    Column("文件", lambda row: row.file_name if row.storage_key else "出厂模板", width=240),
    Column("改了什么", "note", width=300),
    Column("启用人", "uploaded_by", width=100),
    Column("启用时间", lambda row: words.brief(row.uploaded_at), width=150),
)


@dataclasses.dataclass(frozen=True)
class Placeholder:
    """A line of the table; `name` as it is written in Word."""

    id: str
    name: str
    example: str
    must: str


PLACEHOLDERS = (
    Column("写法（复制到 Word）", "name", width=300),
    Column("例", "example", width=420),
    Column("必须有", "must", width=90),
)


def standing(current: InForce, actor: Actor) -> None:
    """Which template is in force; it as a Word file, and a sample of what comes out."""
    kind = current.kind
    mark = (
        charts.badge(f"中心自定 第 {current.version} 版", Meaning.OPEN)
        if current.is_own
        else charts.badge("出厂模板", Meaning.NEUTRAL)
    )
    said = f"{page.plain(current.edited_by)}　{words.brief(current.edited_at)}" if current.edited_at else ""
    st.markdown(f"**{kind.label}**　{mark}　:gray[{said}]")

    def content(session: Session) -> bytes:
        return templates.content(session, actor.district_id, kind, current.version)

    with st.container(horizontal=True):
        page.offer_download("下载 Word 模板", content, f"{kind.label}.docx", templates.DOCX, key=f"template-{kind}")
        page.offer_download(
            "看样张（PDF）",
            lambda session: _sample(kind, content(session)),
            f"{kind.label}-{SAMPLE}.pdf",
            PDF,
            key=f"sample-{kind}",
        )
        if current.is_own:
            _restore(kind, actor)


def _sample(kind: DocumentKind, content: bytes) -> bytes:
    """The template filled with the examples, as PDF."""
    filled = filling.fill(content, vouchers.examples(kind))
    return drawing.pdf(filled, title=f"{kind.label} {SAMPLE}", foot=SAMPLE)


def _restore(kind: DocumentKind, actor: Actor) -> None:
    note = forms.confirm(
        "恢复出厂模板",
        will_do="以后的文书按出厂模板出具；中心自定的版本留在下面的历次版本里，可以重新启用。",
        key=f"restore-{kind}",
        needs="原因",
    )
    if note is not None:
        page.perform(
            lambda session: templates.restore(session, kind, note, actor=actor, now=page.now()),
            done=f"{kind.label}已恢复出厂模板",
        )


def upload(kind: DocumentKind, actor: Actor) -> None:
    """A file is checked as soon as it is chosen; then its sample, then into force."""
    st.markdown("#### 换模板")
    chosen = st.file_uploader(
        "改好的 Word 模板（.docx，不超过 2 MB）", type=["docx"], max_upload_size=2, key=f"template-file-{kind}"
    )
    if chosen is None:
        st.caption("先下载现用模板，在 Word 里改文字和版式，保留 {{ }} 里的占位符。")
        return
    file = chosen.getvalue()
    try:
        checking.check(kind, chosen.name, file)
    except DomainError as error:
        page.show(error)
        return
    st.markdown(":green[✓ 检查通过：占位符都认得，必须载明的内容都有。]")
    page.offer_download(
        "看新模板的样张（PDF）",
        lambda _: _sample(kind, file),
        f"{kind.label}-新{SAMPLE}.pdf",
        PDF,
        key=f"try-{chosen.file_id}",
    )
    fields = forms.Fields(f"template-{chosen.file_id}")
    with st.form(f"take-{chosen.file_id}", border=False):
        note = fields.text(
            "note", "改了什么", max_chars=templates.NOTE_LENGTH, placeholder="例如：落款改为行政审批专用章"
        )
        pressed = st.form_submit_button("启用新模板", type="primary")
    if pressed:
        fields.perform(
            lambda session: templates.upload(session, kind, chosen.name, file, note, actor=actor, now=page.now()),
            done=lambda version: f"{kind.label}模板第 {version} 版已启用",
        )


def placeholders(kind: DocumentKind) -> None:
    """What a template of the kind may name, to copy from."""
    st.markdown("#### 可用的占位符")
    needed = vouchers.required(kind)
    rows = []
    for name, example in vouchers.examples(kind).items():
        must = "✓" if name in needed else ""
        if isinstance(example, list):
            rows.append(Placeholder(name, f"{{%tr for 行 in {name} %}} … {{%tr endfor %}}", "表格里每项一行", must))
            rows += [
                Placeholder(f"{name}.{key}", f"{{{{ 行.{key} }}}}", f"{name}：{value}", "")
                for key, value in example[0].items()
            ]
        else:
            shown = "二维码图片" if name == filling.QR else str(example)
            rows.append(Placeholder(name, f"{{{{ {name} }}}}", shown, must))
    tables.show(rows, PLACEHOLDERS, key=f"placeholders-{kind}", alt="可用的占位符")
    st.caption("某项没有就不写整段：{%p if 代理人 %} … {%p endif %}。不能用计算、函数和过滤器。")


def history(versions: Sequence[DocumentTemplate], current: InForce, actor: Actor) -> None:
    """The centre's versions; each can be had again."""
    st.markdown("#### 历次版本")
    if not versions:
        tables.empty("没有自定过", "现在用的是出厂模板")
        return
    tables.show(versions, VERSIONS, key=f"versions-{current.kind}", alt="历次版本")
    with st.container(horizontal=True):
        for row in versions[:6]:
            if row.storage_key is not None:
                page.offer_download(
                    f"下载第 {row.version} 版",
                    lambda session, row=row: templates.content(session, actor.district_id, row.kind, row.version),
                    row.file_name,
                    templates.DOCX,
                    key=f"version-{row.kind}-{row.version}",
                )

"""文书模板: the Word template of each voucher: what it may say, the centre's own, checked before it comes into force."""

from models.enums import DocumentKind, Permission
from services.documents import templates
from ui import document_templates as drawing
from ui import page, pickers

actor = page.begin(
    "文书模板",
    requires=Permission.TEMPLATES_EDIT,
    about="各环节书面文书的 Word 模板：下载、用 Word 改好、上传；检查通过后对以后的文书生效，已出具的不变。",
)
kinds = {kind.value: kind.label for kind in DocumentKind if kind is not DocumentKind.RECEIPT}
chosen = pickers.bar([pickers.Filter("kind", "文书", kinds, 240, DocumentKind.RECEIPT.label)], key="templates")
kind = DocumentKind(chosen["kind"] or DocumentKind.RECEIPT)

with page.transaction() as session:
    current = templates.in_force(session, actor.district_id, kind)
    versions = templates.history(session, actor.district_id, kind)

drawing.standing(current, actor)
drawing.upload(kind, actor)
drawing.placeholders(kind)
drawing.history(versions, current, actor)

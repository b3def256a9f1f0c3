"""Filling a Word template in a sandbox (docxtpl): text only, nothing that the facts say is read as a placeholder."""

import io
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any

import segno
from docx.opc.exceptions import OpcError
from docx.shared import Mm
from docxtpl import DocxTemplate, InlineImage
from jinja2 import ChainableUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from lxml import etree

from services.errors import Invalid

DAMAGED = "文件不是可用的 Word 文档，可能已损坏、加密或被改名，请用 Word 重新另存为 .docx"
QR, QR_SIZE = "二维码", 30  # millimetres
ADDRESS = "查询网址"
UNREADABLE = (  # all that opening and filling a broken Word file raises
    TemplateError, KeyError, ValueError, AttributeError, TypeError, OSError, EOFError, NotImplementedError,
    etree.LxmlError, zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, OpcError,
)  # fmt: skip


def environment() -> ImmutableSandboxedEnvironment:
    """What is missing is empty: a voucher never stops for a fact that a case lacks."""
    return ImmutableSandboxedEnvironment(autoescape=True, undefined=ChainableUndefined)


def fill(content: bytes, facts: Mapping[str, Any]) -> bytes:
    """The Word file with the facts in it, the QR code of the address as a picture. Raises Invalid."""
    try:
        template = DocxTemplate(io.BytesIO(content))
        template.init_docx()
        picture = io.BytesIO()
        segno.make(str(facts.get(ADDRESS) or " "), error="m").save(picture, kind="png", scale=6, border=2)
        picture.seek(0)
        shown = {**facts, QR: InlineImage(template, picture, width=Mm(QR_SIZE))}
        template.render(shown, environment())
        out = io.BytesIO()
        template.save(out)
    except UNREADABLE as error:
        raise Invalid(f"文书模板不能填写：{error or DAMAGED}") from None
    return out.getvalue()

"""Whether a Word file may serve as a template: read without trusting it, before anything is filled in."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from docxtpl import DocxTemplate
from jinja2 import TemplateSyntaxError, nodes
from lxml import etree

from models.enums import DocumentKind
from services.documents.filling import DAMAGED, UNREADABLE, environment, fill
from services.errors import Invalid
from services.rules import vouchers

LARGEST, LARGEST_UNPACKED = 2 * 1024 * 1024, 30 * 1024 * 1024
MOST_PARTS = 500
DEEPEST = 2  # loops within loops
MAIN = "word/document.xml"
RUNS_BY_ITSELF = ("vbaproject", "activex", "oleobject", "embeddings/")
FOOTNOTES = "wordprocessingml.footnotes+xml"
OF_ITSELF = ("author", "comments", "identifier", "language", "subject", "title")  # properties that docxtpl fills
NAMESPACE = "{http://schemas.openxmlformats.org/package/2006/relationships}"
# what a template may consist of: text, placeholders, conditions, and loops over the lists of its kind
PLAIN = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.If, nodes.For, nodes.Const,
    nodes.Compare, nodes.Operand, nodes.Not, nodes.And, nodes.Or,
)  # fmt: skip


def check(kind: DocumentKind, file_name: str, content: bytes) -> None:
    """Raises Invalid saying in words what is wrong with the file as a template of the kind."""
    _check_container(file_name, content)
    try:
        tree = environment().parse(source(content))
    except TemplateSyntaxError:
        raise Invalid(
            "模板里的占位符写法有误：占位符写成 {{ 申请人 }} 的样子，条件和循环要有结束（endif、endfor）"
        ) from None
    known = vouchers.examples(kind)
    named = _check_nodes(tree, known)
    if missing := [name for name in vouchers.required(kind) if name not in named]:
        raise Invalid(f"{kind.label}必须载明：{'、'.join(missing)}。请在模板中加上这些占位符")
    fill(content, known)


def _check_container(file_name: str, content: bytes) -> None:
    """A .docx by name and content, of bearable size, that neither runs nor fetches anything."""
    if PurePath(file_name).suffix.lower() != ".docx":
        raise Invalid("模板须为 .docx 格式的 Word 文件")
    if len(content) > LARGEST:
        raise Invalid(f"模板文件超过 {LARGEST // 1024 // 1024} MB，请压缩其中的图片")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            names = [part.filename for part in parts]
            if MAIN not in names or any(part.flag_bits & 1 for part in parts):
                raise Invalid(DAMAGED)
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_UNPACKED:
                raise Invalid("模板文件解压后过大，已拒绝打开，请用 Word 重新另存")
            if any(word in name.lower() for name in names for word in RUNS_BY_ITSELF):
                raise Invalid("模板中含有宏、控件或嵌入对象，请另存为不含宏的 Word 文档（.docx）")
            for name in names:
                if name.endswith(".rels"):
                    _check_links(archive.read(name))
    except UNREADABLE:
        raise Invalid(DAMAGED) from None


def _check_links(content: bytes) -> None:
    tree = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))
    for each in tree.iter(f"{NAMESPACE}Relationship"):
        if each.get("TargetMode") == "External" and not str(each.get("Type")).endswith("/hyperlink"):
            raise Invalid("模板引用了外部的文件、图片或模板，请改为嵌入后再上传")


def source(content: bytes) -> str:
    """All text with placeholders that is filled: body, headers, footers, footnotes, and what the file says of itself."""
    try:
        template = DocxTemplate(io.BytesIO(content))
        template.init_docx()
        found = [template.patch_xml(template.get_xml())]
        for uri in (template.HEADER_URI, template.FOOTER_URI):
            found += [template.patch_xml(template.get_part_xml(part)) for _, part in template.get_headers_footers(uri)]
        notes = [part for part in template.docx.part.package.parts if part.content_type.endswith(FOOTNOTES)]
        found += [template.patch_xml(part.blob.decode()) for part in notes]
        found += [getattr(template.docx.core_properties, name) for name in OF_ITSELF]
    except UNREADABLE:
        raise Invalid(DAMAGED) from None
    return "".join(found)


def _check_nodes(tree: nodes.Template, known: Mapping[str, Any]) -> set[str]:
    """The placeholders that the template names. Raises Invalid for a name or a construct that there is none of."""
    for each in tree.find_all(nodes.Node):
        if not isinstance(each, PLAIN):
            raise Invalid("模板里只能用占位符、条件（if）和对清单的循环（for），不能用计算、函数和过滤器")
    named: set[str] = set()
    _walk(tree, known, {}, named, 0)
    return named


def _walk(
    node: nodes.Node, known: Mapping[str, Any], rows: dict[str, Mapping[str, Any]], named: set[str], deep: int
) -> None:
    """`rows`: the names of the loops around, with an example row of each."""
    if isinstance(node, nodes.For):
        name = node.iter.name if isinstance(node.iter, nodes.Name) else ""
        if not isinstance(known.get(name), list) or not isinstance(node.target, nodes.Name):
            lists = "、".join(each for each, value in known.items() if isinstance(value, list)) or "无"
            raise Invalid(f"循环只能用于清单（本文书的清单：{lists}），写成 {{% for 行 in 清单 %}} 的样子")
        if deep >= DEEPEST:
            raise Invalid(f"循环最多嵌套 {DEEPEST} 层")
        named.add(name)
        inner = rows | {node.target.name: known[name][0]}
        for each in (*node.body, *node.else_):
            _walk(each, known, inner, named, deep + 1)
        return
    if isinstance(node, nodes.Getattr):
        row = rows.get(node.node.name) if isinstance(node.node, nodes.Name) else None
        if row is None or node.attr not in row:
            fields = f"，可用：{'、'.join(row)}" if row else ""
            raise Invalid(f"清单的一行里没有「{node.attr}」{fields}")
        return
    if isinstance(node, nodes.Name):
        if node.name not in known and node.name not in rows and node.name != "loop":
            raise Invalid(f"没有占位符「{node.name}」，可用的见占位符表")
        named.add(node.name)
    for child in node.iter_child_nodes():
        _walk(child, known, rows, named, deep)

"""Texts of messages: shipped ones in order, wrong ones refused in words, no id ever in them."""

import pytest

from models.enums import MessageEvent
from services.errors import Invalid
from services.outbox import templates
from services.rules import message_texts as rules

PERSON, FIRM = "510113189901010011", "91510113DEM0000149"


@pytest.mark.parametrize("event", MessageEvent)
def test_the_shipped_texts_pass_their_own_check(event):
    said = templates.shipped()[event]
    rules.check(event, said.sms, said.email_subject, said.email_body)
    assert bool(said.email_body) == (event not in rules.OFFICES)
    filled = rules.fill(said.sms, rules.examples(event))
    assert "{" not in filled and len(filled) <= rules.SMS_LENGTH


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("您的{事项已办结", "花括号不成对"),
        ("您的{事}已办结", "没有这个占位符：{事}"),
        ("{事项.__class__}", "没有这个占位符"),
        ("{事项!r}", "不加冒号和格式"),
        ("{事项:>9999}", "不加冒号和格式"),
        ("{}", "没有这个占位符"),
        (f"您的证件 {PERSON} 已登记", "不得出现证件号码"),
        (f"{FIRM} 已办结", "不得出现证件号码"),
        ("长" * 201, "最多 200 个字，现为 201 个字"),
    ],
)
def test_a_wrong_text_is_refused_in_words(text, said):
    assert said in (rules.problem_of(text, rules.SMS_LENGTH, rules.EXAMPLES) or "")
    with pytest.raises(Invalid) as refused:
        rules.check(MessageEvent.GRANTED, text, "标题", "正文")
    assert set(refused.value.fields) == {"sms"}


def test_every_field_that_is_wrong_is_named_at_once():
    with pytest.raises(Invalid) as refused:
        rules.check(MessageEvent.GRANTED, " ", "", "{没有}")
    assert set(refused.value.fields) == {"sms", "email_subject", "email_body"}


def test_an_id_written_into_a_reason_is_masked_and_a_case_number_is_not():
    values = rules.EXAMPLES | {"理由": f"{PERSON}与{FIRM}不符，旧证 130503670401001"}
    filled = rules.fill("{办件编号}：{理由}", values)
    assert PERSON not in filled and FIRM not in filled and "130503670401001" not in filled
    assert filled.startswith(rules.EXAMPLES["办件编号"])


def test_each_event_has_placeholders_of_its_own():
    with pytest.raises(Invalid, match="没有这个占位符"):
        rules.check(MessageEvent.CHASED, "{补正期限}", "", "")
    with pytest.raises(Invalid, match="没有这个占位符"):
        rules.check(MessageEvent.GRANTED, "{已用}", "", "")


@pytest.mark.parametrize(("length", "parts"), [(1, 1), (70, 1), (71, 2), (134, 2), (135, 3)])
def test_a_long_text_is_counted_in_parts(length, parts):
    assert rules.parts("字" * length) == parts

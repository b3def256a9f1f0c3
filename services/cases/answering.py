"""The answers to the application form of a case: kept encrypted, read by those who handle it, and by its flow."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from models.applications import CaseForm
from models.cases import Case
from models.catalogue import ItemVersion
from services import confidential
from services.rules import forms
from services.rules.conditions import Fact
from services.rules.guide import Guide


def keep(session: Session, case: Case, answers: Mapping[str, Any]) -> None:
    """`answers` have been checked against the form of the case's version."""
    told = json.dumps(dict(answers), ensure_ascii=False)
    session.add(CaseForm(district_id=case.district_id, case_id=case.id, answers_cipher=confidential.encrypt(told)))


def of_case(session: Session, case: Case) -> dict[str, Any]:
    found = session.get(CaseForm, (case.district_id, case.id))
    answers: dict[str, Any] = json.loads(confidential.decrypt(found.answers_cipher)) if found else {}
    return answers


def facts(session: Session, case: Case, version: ItemVersion) -> dict[str, Fact]:
    """What the conditions of the case's flow may ask: 表单:字段名."""
    answers = of_case(session, case)
    return forms.facts(Guide.model_validate(version.guide).form, answers) if answers else {}


def in_words(session: Session, case: Case, version: ItemVersion, *, hides_place: bool) -> list[tuple[str, str, str]]:
    """(section, field, answer) as the case's page shows them, ids and phones masked; empty for a case without a form."""
    answers = of_case(session, case)
    if not answers:
        return []
    fields = forms.shown(Guide.model_validate(version.guide).form, answers)
    told = [
        (each, forms.in_words(each, answers.get(each.key), is_masked=True, hides_place=hides_place)) for each in fields
    ]
    return [(field.section, field.label, text) for field, text in told if text]

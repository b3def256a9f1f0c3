"""The demonstration catalogue as it is shipped: every guide may be published, and its prerequisites can be met."""

from collections import Counter
from functools import cache
from pathlib import Path

import pytest
import yaml

from models.enums import CaseType
from services.rules.guide import Guide
from services.rules.lint import blocks, lint
from services.rules.prerequisites import circles

FOLDER = Path(__file__).parents[2] / "data" / "catalogue"
COMPLETE_GUIDES = 40
TIERS = {"district", "street", "community"}


@cache
def items():
    """Every entry of every file, with the file's name for the message."""
    return [
        (path.name, entry)
        for path in sorted(FOLDER.glob("*.yaml"))
        for entry in yaml.safe_load(path.read_text(encoding="utf-8")) or []
    ]


def guides():
    return {entry["code"]: Guide.model_validate(entry["guide"]) for _, entry in items()}


def missing_for_completeness(guide):
    """What a citizen would still have to ask about."""
    on_the_spot = guide.project_type is CaseType.IMMEDIATE
    needed = {
        "无检查结果": not lint(guide),
        "依据条文": all(basis.text for basis in guide.by_law),
        "三项材料": len(guide.materials) >= 3,
        "五个环节": len(guide.handle_flow) >= 5 or on_the_spot,
        "两个问题": len(guide.faq) >= 2,
        "收费": "is_fee" in guide.model_fields_set,  # said outright, not left at its default
        "地点时间": bool(guide.places) and all(place.windows and place.hours for place in guide.places),
        "权利义务": guide.applicant_rights,
        "复议": guide.review_dept,
        "诉讼": guide.litigation_dept,
    }
    return [name for name, there in needed.items() if not there]


CODES = pytest.mark.parametrize(("file", "entry"), [pytest.param(f, e, id=e["code"]) for f, e in items()])


@CODES
def test_the_guide_may_be_published(file, entry):
    guide = Guide.model_validate(entry["guide"])
    findings = lint(guide)
    assert not blocks(findings), f"{file} {guide.task_name}: {[finding.message for finding in findings]}"


@CODES
def test_the_own_code_says_region_department_and_type(file, entry):
    region, department, kind, main, sub = entry["code"].split("-")
    assert (region, department, kind) == ("510109", entry["department"], entry["guide"]["task_type"])
    assert [len(part) for part in (department, kind, main, sub)] == [3, 2, 3, 3]
    assert entry["tier"] in TIERS
    assert entry["guide"]["task_code"]


def test_codes_are_unique_over_all_files():
    for key in ("code", "task_code", "catalog_code"):
        used = Counter(entry.get(key) or entry["guide"].get(key) for _, entry in items())
        assert [code for code, times in used.items() if times > 1] == []


def test_an_item_stands_in_the_catalogue_once_per_department():
    names = Counter((entry["department"], entry["guide"]["task_name"]) for _, entry in items())
    assert [name for name, times in names.items() if times > 1] == []


def test_every_prerequisite_is_an_item_of_the_catalogue():
    known = guides()
    assert {
        (code, needed) for code, guide in known.items() for needed in guide.requires_results_of if needed not in known
    } == set()


def test_no_items_require_each_other():
    assert circles({code: guide.requires_results_of for code, guide in guides().items()}) == []


def test_at_least_forty_guides_are_complete():
    complete = [guide.task_name for guide in guides().values() if not missing_for_completeness(guide)]
    assert len(complete) >= COMPLETE_GUIDES, f"{len(complete)} complete guides"


def test_the_permits_named_by_the_sources_are_there():
    files = Counter(file for file, _ in items())
    assert {name: files[f"permits_{name}.yaml"] for name in ("enterprise", "project", "health")} == {
        "enterprise": 27,  # 30 less the three that stand among the health permits
        "project": 41,
        "health": 16,
    }


def test_the_freight_permit_carries_the_three_materials_of_the_source():
    freight = next(guide for guide in guides().values() if guide.task_name == "道路货物运输经营许可")
    assert {"道路货物运输可行性报告", "车辆技术检测合格证", "安全生产管理制度"} <= {
        row.name for row in freight.materials
    }
    assert freight.source_note == "来源示例：青白江区"


def test_all_telephone_numbers_are_fictional():
    for guide in guides().values():
        assert guide.consult_phone.startswith("028-0000"), guide.task_name
        assert guide.complain_phone.startswith("028-0000"), guide.task_name

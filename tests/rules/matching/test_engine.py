"""Weighed evidence: candidates, weights, one-to-one assignment, and a waterfall that sums to the score."""

import itertools
import math

import numpy as np
import pytest

from services.demo import registers
from services.rules.matching import engine, estimating, keys, learning
from services.rules.matching.blocking import Block, pairs
from services.rules.matching.fields import edits, exact, similar
from services.rules.matching.model import Model, probability, score
from services.rules.matching.parties import PARTIES, columns

SIZE = 3_000


@pytest.fixture(scope="module")
def residual():
    """(left columns, right columns, left place of each right row or None): what plain keys leave over."""
    people = registers.parties(SIZE)
    tax = registers.derive(people, shares=registers.Shares(missing=0.05, code_absent=0.3, name_varied=0.6))
    linked = {keys.read(row["纳税人识别号"]).org_code for row in tax.rows}
    left = [person for person in people if person.org_code not in linked]
    place = {person.uscc: number for number, person in enumerate(left)}
    rest = [
        (row, owner) for row, owner in zip(tax.rows, tax.party_of_row, strict=True) if owner is None or owner in place
    ]
    first = columns([(each.name, each.address, each.owner_id, each.uscc) for each in left])
    second = columns(
        [(row["纳税人名称"], row["经营地址"], row["经营者证件号"], row["纳税人识别号"]) for row, _ in rest]
    )
    return first, second, [place.get(owner) for _, owner in rest]


@pytest.fixture(scope="module")
def compared(residual):
    left, right, _ = residual
    comparison = engine.compare(PARTIES, left, right)
    return comparison, engine.fit(PARTIES, comparison, left, right)


def test_most_true_pairs_are_found_and_nearly_all_found_are_true(residual, compared):
    (_, _, truth), (comparison, model) = residual, compared
    found = engine.assign(PARTIES, comparison, engine.weigh(PARTIES, model, comparison))
    right = sum(truth[match.right] == match.left for match in found)
    assert right / len(found) >= 0.98
    assert right / sum(each is not None for each in truth) >= 0.98


def test_nobody_is_matched_twice(compared):
    comparison, model = compared
    found = engine.assign(PARTIES, comparison, engine.weigh(PARTIES, model, comparison))
    assert len({match.left for match in found}) == len({match.right for match in found}) == len(found)


def test_the_waterfall_of_every_pair_sums_to_its_score(compared):
    comparison, model = compared
    calibrated = Model.from_json(model.as_json() | {"slope": 0.8, "offset": 0.3})
    for each in (model, calibrated):
        chances = engine.weigh(PARTIES, each, comparison)
        for place in range(0, len(comparison), 7):
            bits = sum(step.bits for step in engine.explain(PARTIES, each, comparison, place))
            assert math.isclose(float(probability(np.array([bits]))[0]), float(chances[place]), abs_tol=1e-9)


def test_a_model_kept_as_json_scores_the_same(compared):
    comparison, model = compared
    kept = Model.from_json(model.as_json())
    assert np.array_equal(engine.weigh(PARTIES, model, comparison), engine.weigh(PARTIES, kept, comparison))


def test_the_same_sides_give_the_same_model(residual, compared):
    left, right, _ = residual
    again = engine.fit(PARTIES, engine.compare(PARTIES, left, right), left, right)
    assert again == compared[1]


def pair(one, other):
    """The probability of one pair under the shipped weights, and whether it may be linked without a person."""
    comparison = engine.compare_rows(PARTIES, columns([one]), columns([other]))
    return float(engine.weigh(PARTIES, PARTIES.shipped, comparison)[0]), bool(PARTIES.may_link(comparison.levels)[0])


NAME, DOOR, OWNER = "成都鑫达商贸有限公司", "成都市武侯区科园路8号", "person a"


def test_the_same_name_at_the_same_door_is_one_party():
    chance, may = pair((NAME, DOOR, OWNER, ""), ("鑫达（成都）商贸有限责任公司", "武侯区科园路8号", "", ""))
    assert chance > 0.9 and may


def test_the_same_owner_at_the_same_door_under_another_shop_name_is_to_be_reviewed():
    _, may = pair((NAME, DOOR, OWNER, ""), ("成都福满园餐饮管理有限公司", DOOR, OWNER, ""))
    assert not may


def test_a_name_alone_never_links():
    _, may = pair((NAME, "", "", ""), (NAME, "", "", ""))
    assert not may


def level(field, one, other):
    """The level of one field for a pair of (name, address)."""
    left, right = (columns([(*each, "", "")]) for each in (one, other))
    return int(engine.compare_rows(PARTIES, left, right).levels[field][0])


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("成都市武侯区科园路125号4栋", "武侯区科园路125号", 4),
        ("成都市武侯区科园路125号4栋", "成都市武侯区科园路1254栋", 4),  # the 号 is lost
        ("成都市高新区石羊街道府城大道12号", "成都市高新区石羊街道府城", 2),  # cut off
        ("成都市高新大道12号", "成都市高新大", 2),  # 高新 is part of the road here, not a place
        ("成都市武侯区科园路125号", "成都市武侯区科园路", 3),
        ("成都市武侯区科园路125号", "成都市武侯区科园路126号", 2),
        ("成都市武侯区科园路125号", "成都市武侯区红星路125号", 1),
        ("成都市武侯区科园路125号", "", 0),
    ],
)
def test_addresses_are_compared_by_road_and_door(one, other, expected):
    assert level("address", (NAME, one), (NAME, other)) == expected
    assert level("address", (NAME, other), (NAME, one)) == expected


def test_a_business_line_that_lost_a_character_is_no_other_line():
    assert level("industry", ("成都鑫达装饰工程有限公司", DOOR), ("成都鑫达饰工程有限公司", DOOR)) == 2
    assert level("industry", ("成都鑫达商贸有限公司", DOOR), ("成都鑫达餐饮管理有限公司", DOOR)) == 1


def test_another_branch_is_another_party():
    bank = "四川宣汉农村商业银行股份有限公司"
    _, may = pair((f"{bank}普光支行", DOOR, "", ""), (f"{bank}君塘支行", DOOR, "", ""))
    assert not may
    assert level("branch", (f"{bank}普光支行", DOOR), (f"{bank}普光支行", DOOR)) == 2
    assert level("branch", (bank, DOOR), (f"{bank}普光支行", DOOR)) == 1
    assert level("branch", (bank, DOOR), (bank, DOOR)) == 0


def test_other_shops_at_the_same_door_do_not_teach_that_names_may_differ():
    """The owner's other shop agrees in owner and door: estimating must not take it for the same party."""
    names = [f"{'金鑫盛瑞'[i % 4]}{'恒泰隆昌'[i // 4 % 4]}{'顺达宏远'[i // 16]}商贸有限公司" for i in range(64)]
    shops = [f"{'福满园香'[i % 4]}{'味鲜居阁'[i // 4 % 4]}{'老新大小'[i // 16]}餐饮店" for i in range(64)]
    left = columns([(name, f"科园路{i}号", f"owner {i}", "") for i, name in enumerate(names)])
    right = columns([(shop, f"科园路{i}号", f"owner {i}", "") for i, shop in enumerate(shops)])
    model = engine.fit(PARTIES, engine.compare(PARTIES, left, right), left, right)
    assert model.m["name"][1] <= PARTIES.shipped.m["name"][1]


def test_pairs_judged_different_are_never_assigned(compared):
    comparison, model = compared
    chances = engine.weigh(PARTIES, model, comparison)
    first = engine.assign(PARTIES, comparison, chances)[0]
    again = engine.assign(PARTIES, comparison, chances, cannot={(first.left, first.right)})
    assert (first.left, first.right) not in {(match.left, match.right) for match in again}


def test_a_crowd_shares_no_block():
    side = {"trade": ["鑫达"] * 100 + ["稀有"]}
    lefts, _ = pairs(Block("trade", ("trade",)), side, side, largest=1_000)
    assert lefts.tolist() == [100]


def test_edits_count_characters_and_not_bytes():
    assert edits(1, 2)(["鑫达", "鑫达", "鑫达", ""], ["鑫盛", "鑫达", "大宝贝啊", "鑫达"]).tolist() == [3, 4, 1, 0]


@pytest.mark.parametrize("compare", [exact, similar(0.8, 0.9), edits(1)])
def test_comparing_is_symmetric_and_says_nothing_of_the_unknown(compare):
    words = ["鑫达商贸", "鑫达商贸行", "福满园", ""]
    for one, other in itertools.product(words, words):
        assert compare([one], [other])[0] == compare([other], [one])[0]
        assert (compare([one], [other])[0] == 0) == (not one or not other)


def test_estimating_on_blocked_pairs_does_not_collapse():
    """Expectation-maximisation let loose on blocked pairs took everything for a match; a set where few pairs are."""
    rng = np.random.default_rng(5)
    rows = [
        (f"成都{'金鑫盛瑞'[i % 4]}{'恒泰隆昌'[i % 3]}商贸有限公司", f"科园路{rng.integers(1, 900)}号", "", "")
        for i in range(600)
    ]
    left, right = columns(rows), columns([(name, f"益州大道{rng.integers(1, 900)}号", "", "") for name, *_ in rows])
    comparison = engine.compare(PARTIES, left, right)
    model = engine.fit(PARTIES, comparison, left, right)
    assert len(comparison) > 100
    assert len(engine.assign(PARTIES, comparison, engine.weigh(PARTIES, model, comparison))) < 10


def test_an_empty_side_has_no_pairs():
    assert len(engine.compare(PARTIES, columns([]), columns([(NAME, DOOR, "", "")]))) == 0


def labelled(residual, compared, count, seed):
    """Pairs around one half judged by the truth, as officers judge them."""
    (_, _, truth), (comparison, model) = residual, compared
    rng = np.random.default_rng(seed)
    same = np.array([truth[right] == left for left, right in zip(comparison.left, comparison.right, strict=True)])
    chosen = rng.choice(len(comparison), min(count, len(comparison)), replace=False)
    rare = engine.frequency_bits(PARTIES, model, comparison)
    return (
        {name: column[chosen] for name, column in comparison.levels.items()},
        {name: column[chosen] for name, column in rare.items()},
        same[chosen],
    )


def test_two_hundred_verdicts_calibrate_the_probabilities(residual, compared):
    levels, rare, same = labelled(residual, compared, 200, 1)
    learnt = learning.relearn(PARTIES.shipped, PARTIES.fields, levels, rare, same)
    levels, rare, same = labelled(residual, compared, 10_000, 2)
    before = learning.measure(probability(score(PARTIES.shipped, PARTIES.fields, levels, rare)), same)
    after = learning.measure(probability(score(learnt, PARTIES.fields, levels, rare)), same)
    assert after.calibration_error <= max(before.calibration_error, 0.01)
    assert after.precision >= 0.97 and after.recall >= 0.97


def test_perfect_probabilities_have_no_calibration_error():
    same = np.array([True, False, True, False])
    assert learning.calibration_error(same.astype(float), same) == 0.0
    assert learning.calibration_error(1 - same.astype(float), same) == 1.0


def test_frequencies_are_kept_for_common_values_only():
    common, rare = estimating.frequencies(["甲"] * 6 + ["乙"] * 2 + [""])
    assert common == {"甲": 6 / 8} and rare == 2 / 8

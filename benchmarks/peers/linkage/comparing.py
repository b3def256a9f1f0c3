"""Splink's settings for the same fields, levels and blocks as services/rules/matching/parties.py.

Kept as Python: a model that Splink saves holds the SQL of one database. Only m and u move from one to another.
"""

import json
from pathlib import Path
from typing import Any

import splink.comparison_level_library as levels
import splink.comparison_library as comparisons
from splink import SettingsCreator, block_on
from splink.internals.exceptions import EMTrainingException

BLOCKS = (
    ("trade",),
    ("sound",),
    ("tail", "road"),
    ("person",),
    ("road", "number"),
    ("road", "digits"),
    ("head", "industry", "road"),
    ("head", "form", "tail"),
)
# m is estimated inside blocks that leave the field free
TRAINED_ON = (("trade",), ("road", "number"), ("person",))
SURE = ("l.core = r.core and l.address = r.address", "l.person = r.person and l.trade = r.trade")
RECALL = 0.6
ROUNDS = 10  # in more, a level that few pairs show sinks below what Splink accepts


def _comparison(name: str, *steps: Any) -> Any:
    return comparisons.CustomComparison(output_column_name=name, comparison_levels=[*steps, levels.ElseLevel()])


def settings() -> SettingsCreator:
    core = levels.ExactMatchLevel("core", term_frequency_adjustments=True)
    number = levels.Or(levels.ExactMatchLevel("number"), levels.ExactMatchLevel("digits"))
    door = levels.And(levels.ExactMatchLevel("road"), number)
    return SettingsCreator(
        link_type="link_only",
        comparisons=[
            _comparison(
                "core",
                levels.NullLevel("core"),
                core,
                levels.And(levels.ExactMatchLevel("sound"), levels.JaroWinklerLevel("core", 0.6)),
                levels.JaroWinklerLevel("core", 0.88),
                levels.JaroWinklerLevel("core", 0.75),
            ),
            _comparison(
                "industry",
                levels.NullLevel("industry"),
                levels.ExactMatchLevel("industry"),
                levels.JaroWinklerLevel("industry", 0.8),
            ),
            _comparison("form", levels.NullLevel("form"), levels.ExactMatchLevel("form")),
            _comparison(
                "branch",
                levels.CustomLevel("branch_l is null and branch_r is null").configure(is_null_level=True),
                levels.ExactMatchLevel("branch"),
                levels.JaroWinklerLevel("branch", 0.88),
            ),
            _comparison("person", levels.NullLevel("person"), levels.ExactMatchLevel("person")),
            _comparison(
                "address",
                levels.NullLevel("address"),
                levels.Or(levels.ExactMatchLevel("address"), door),
                levels.ExactMatchLevel("road"),
                levels.JaroWinklerLevel("address", 0.9),
            ),
            _comparison(
                "code",
                levels.NullLevel("code"),
                levels.DamerauLevenshteinLevel("code", 1),
                levels.DamerauLevenshteinLevel("code", 2),
            ),
        ],
        blocking_rules_to_generate_predictions=[block_on(*columns) for columns in BLOCKS],
        retain_matching_columns=False,
        max_iterations=ROUNDS,
    )


def keep(linker: Any, path: Path) -> None:
    """m and u of every level, and the prior; nothing of the database's SQL."""
    found = linker.misc.save_model_to_json()
    kept = {
        "prior": found["probability_two_random_records_match"],
        "levels": {
            each["output_column_name"]: [
                [level.get("m_probability"), level.get("u_probability")] for level in each["comparison_levels"]
            ]
            for each in found["comparisons"]
        },
    }
    path.write_text(json.dumps(kept), encoding="utf-8")


def kept(path: Path, dialect: str) -> dict[str, Any]:
    """The settings of this database with the m and u that were estimated on another."""
    known = json.loads(path.read_text(encoding="utf-8"))
    made = settings().create_settings_dict(dialect)
    made["probability_two_random_records_match"] = known["prior"]
    made["comparisons"] = [each for each in made["comparisons"] if each["output_column_name"] in known["levels"]]
    for each in made["comparisons"]:
        values = known["levels"][each["output_column_name"]]
        for level, (m, u) in zip(each["comparison_levels"], values, strict=True):
            if m is not None:
                level["m_probability"] = m
            if u is not None:
                level["u_probability"] = u
    return made


def train(linker: Any) -> list[str]:
    """Returns the blocks whose maximisation failed: too few pairs in them, or a level that vanishes."""
    linker.training.estimate_probability_two_random_records_match(list(SURE), recall=RECALL)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    failed = []
    for columns in TRAINED_ON:
        try:
            linker.training.estimate_parameters_using_expectation_maximisation(
                block_on(*columns), record_sample_proportion=1.0
            )
        except (EMTrainingException, ValueError):
            failed.append(", ".join(columns))
    return failed


def ordered(rows: list[dict[str, Any]]) -> list[tuple[str, str, float]]:
    """Splink's pairs as (left id, right id, probability), whichever side it put first."""
    found = []
    for row in rows:
        first, second = row["unique_id_l"], row["unique_id_r"]
        if not first.startswith("L"):
            first, second = second, first
        found.append((first, second, row["match_probability"]))
    return found


def one_to_one(pairs: list[tuple[str, str, float]]) -> list[list[Any]]:
    """The likeliest first, each record once: the same assignment as the product's."""
    lefts, rights, found = set(), set(), []
    for left, right, chance in sorted(pairs, key=lambda pair: (-round(pair[2], 9), pair[0], pair[1])):
        if left not in lefts and right not in rights:
            lefts.add(left)
            rights.add(right)
            found.append([int(left[1:]), int(right[1:]), chance])
    return found

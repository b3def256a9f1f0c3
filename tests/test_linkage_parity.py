"""Splink on Spark finds what the product finds (requirements-spark.txt): the way out when one machine is too small."""

import pytest

from benchmarks.linkage import children, run

WITHIN = 0.005  # of F1
SIZE = "2000"

pytestmark = pytest.mark.skipif(
    not children.is_ready("pyspark"),
    reason="PySpark 未安装：python -m venv benchmarks/peers/linkage/.venv，"
    "再用其中的 pip 安装 requirements-spark.txt（需要 Java 17）",
)


def test_spark_with_two_workers_is_within_half_a_point_of_ours(tmp_path):
    for step, folder in (("synthetic", tmp_path), ("without_codes", tmp_path)):
        children.step(step, str(folder), *([SIZE] if step == "synthetic" else []))
    folder = tmp_path / "without_codes"
    found = run.weighing(folder, peers=True, spark=True)
    assert found["spark"]["workers"] == run.SPARK_WORKERS
    assert abs(found["spark"]["f1"] - found["ours"]["f1"]) <= WITHIN
    assert found["spark"]["f1"] == found["splink"]["f1"]  # the weights moved, and nothing else

"""Splink on PySpark with the m and u that were estimated on DuckDB (splink_duckdb.py goes first), on workers of this machine.

The workers are processes of their own (`local-cluster`), as in a cluster, not threads of the driver.
"""

import argparse
import json
import logging
import os
import tempfile
import time
import warnings
from pathlib import Path

import comparing
from pyspark.sql import SparkSession
from splink import Linker
from splink.backends.spark import SparkAPI
from splink.internals.spark.jar_location import similarity_jar_location

LIKELY = 0.5
MEMORY = 1024  # MiB a worker


def session(workers: int) -> SparkSession:
    master = f"local-cluster[{workers},1,{MEMORY}]"
    builder = (
        SparkSession.builder.master(master)
        .appName("linkage")
        .config("spark.jars", similarity_jar_location())
        .config("spark.executor.memory", f"{MEMORY}m")
        .config("spark.sql.shuffle.partitions", str(2 * workers))
        .config("spark.default.parallelism", str(2 * workers))
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
    )
    return builder.getOrCreate()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("workers", type=int)
    given = parser.parse_args()
    warnings.filterwarnings("ignore")
    logging.getLogger("splink").setLevel(logging.ERROR)
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    spark = session(given.workers)
    spark.sparkContext.setLogLevel("ERROR")
    with tempfile.TemporaryDirectory() as checkpoints:
        spark.sparkContext.setCheckpointDir(checkpoints)
        begun, cpu = time.perf_counter(), time.process_time()
        api = SparkAPI(spark_session=spark)
        sides = (given.folder / f"{side}.parquet" for side in ("left", "right"))
        tables = [api.register(spark.read.parquet(str(side))) for side in sides]
        linker = Linker(tables, comparing.kept(given.folder / "splink.json", "spark"))
        rows = linker.inference.predict(threshold_match_probability=LIKELY).as_record_list()
        found = comparing.one_to_one(comparing.ordered(rows))
        seconds = time.perf_counter() - begun
    (given.folder / "spark-pairs.json").write_text(json.dumps(found), encoding="utf-8")
    executors = spark.sparkContext._jsc.sc().getExecutorMemoryStatus().size() - 1
    spark.stop()
    print(
        json.dumps(
            {"pairs": len(found), "seconds": seconds, "driver_cpu": time.process_time() - cpu, "workers": executors}
        )
    )


if __name__ == "__main__":
    main()

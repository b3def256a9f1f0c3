"""Splink on DuckDB: trained and applied cold, then applied warm; prints its pairs' file and what each part cost."""

import argparse
import json
import logging
import time
import warnings
from pathlib import Path

import comparing
import duckdb
from splink import Linker
from splink.backends.duckdb import DuckDBAPI

LIKELY = 0.5


def tables(api: DuckDBAPI, folder: Path) -> list[object]:
    made = []
    for side in ("left", "right"):
        api.duckdb_con.execute(f"create table side_{side} as select * from read_parquet('{folder}/{side}.parquet')")
        made.append(api.register(f"side_{side}"))
    return made


def pairs(linker: Linker) -> list[tuple[str, str, float]]:
    return comparing.ordered(linker.inference.predict(threshold_match_probability=LIKELY).as_record_list())


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    warnings.filterwarnings("ignore")
    logging.getLogger("splink").setLevel(logging.ERROR)
    begun, cpu = time.perf_counter(), time.process_time()
    api = DuckDBAPI(duckdb.connect())
    linker = Linker(tables(api, folder), comparing.settings())
    failed = comparing.train(linker)
    trained, trained_cpu = time.perf_counter(), time.process_time()
    found = comparing.one_to_one(pairs(linker))
    cold, cold_cpu = time.perf_counter() - begun, time.process_time() - cpu
    comparing.keep(linker, folder / "splink.json")
    warm = Linker(tables_again(api), comparing.kept(folder / "splink.json", "duckdb"))
    again, again_cpu = time.perf_counter(), time.process_time()
    repeated = comparing.one_to_one(pairs(warm))
    warm_seconds, warm_cpu = time.perf_counter() - again, time.process_time() - again_cpu
    (folder / "splink-pairs.json").write_text(json.dumps(found), encoding="utf-8")
    same = {tuple(each[:2]) for each in found} == {tuple(each[:2]) for each in repeated}
    told = {
        "pairs": len(found), "same": same, "cold": cold, "cold_cpu": cold_cpu, "training": trained - begun,
        "training_cpu": trained_cpu - cpu, "warm": warm_seconds, "warm_cpu": warm_cpu, "failed": failed,
    }  # fmt: skip
    print(json.dumps(told))


def tables_again(api: DuckDBAPI) -> list[object]:
    return [api.register("side_left"), api.register("side_right")]


if __name__ == "__main__":
    main()

"""The plain keys of TX-1 as a developer would with pandas: both registers read from the database, merged key by key."""

import argparse
import datetime as dt
import json
import sqlite3
import time

import pandas as pd

COLUMNS = "id, org_code, registration_no, name_key, person_key, event_on, status, status_on"
CHAIN = (["org_code"], ["registration_no"], ["name_key", "person_key"])


def read(connection: sqlite3.Connection, register: str) -> pd.DataFrame:
    wanted = f"select {COLUMNS} from register_records where register = ? and ended_batch_id is null"
    return pd.read_sql(wanted, connection, params=(register,))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("database")
    parser.add_argument("as_of", type=dt.date.fromisoformat)
    given = parser.parse_args()
    begun, cpu = time.perf_counter(), time.process_time()
    connection = sqlite3.connect(given.database)
    left, right = read(connection, "business_registration"), read(connection, "tax_registration_national")
    loaded, loaded_cpu = time.perf_counter() - begun, time.process_time() - cpu
    day, founded = given.as_of.isoformat(), (given.as_of - dt.timedelta(days=31)).isoformat()
    ended = left["status"].isin(["cancelled", "revoked"]) & (left["status_on"].fillna("") <= day)
    left = left[~ended & (left["event_on"] <= founded)]
    right = right[right["event_on"].isna() | (right["event_on"] <= day)]
    compared = len(left)
    for key in CHAIN:
        known = right[key].dropna().drop_duplicates()
        merged = left.merge(known, on=key, how="left", indicator="seen")
        left = merged[merged["seen"] == "left_only"].drop(columns="seen")
    told = {
        "compared": compared, "unmatched": len(left), "loading": loaded, "loading_cpu": loaded_cpu,
        "seconds": time.perf_counter() - begun, "cpu": time.process_time() - cpu,
    }  # fmt: skip
    print(json.dumps(told))


if __name__ == "__main__":
    main()

"""The schema's shape: the district in every distributed key, migrations equal to models."""

import pytest
from sqlalchemy import ForeignKeyConstraint, UniqueConstraint

import models
from services import migrations

TABLES = [pytest.param(table, id=name) for name, table in models.Base.metadata.tables.items()]
PLACEMENT = {mapper.local_table.name: mapper.class_.__placement__ for mapper in models.Base.registry.mappers}


def is_distributed(name: str) -> bool:
    return PLACEMENT[name] == "distributed"


@pytest.mark.parametrize("table", TABLES)
def test_every_table_is_distributed_or_reference(table):
    assert PLACEMENT[table.name] in ("distributed", "reference")
    assert ("district_id" in table.c) == is_distributed(table.name)


@pytest.mark.parametrize("table", [t for t in TABLES if is_distributed(t.values[0].name)])
def test_the_district_leads_every_key_of_a_distributed_table(table):
    assert next(iter(table.primary_key)).name == "district_id"
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint):
            assert next(iter(constraint.columns)).name == "district_id"
        if isinstance(constraint, ForeignKeyConstraint) and is_distributed(constraint.referred_table.name):
            assert next(iter(constraint.column_keys)) == "district_id"
    for index in table.indexes:
        assert next(iter(index.columns)).name == "district_id", index.name


@pytest.mark.parametrize("table", TABLES)
def test_status_has_no_default(table):
    for column in table.c:
        if column.name in ("status", "state"):
            assert column.default is None and column.server_default is None


def test_models_and_migrations_agree(fresh_database):
    assert migrations.differences() == []


def test_migrations_go_down_and_up_again(fresh_database):
    migrations.downgrade("base")
    assert migrations.current() is None
    migrations.upgrade()
    assert migrations.current() == migrations.head() and migrations.differences() == []

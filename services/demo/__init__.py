"""The demonstration district: reference data, catalogue, staff and a year of cases."""

from services.demo.building import Built as Built
from services.demo.building import build as build
from services.demo.building import check_empty as check_empty
from services.demo.district import is_fresh as is_fresh
from services.demo.district import seed_district as seed_district
from services.demo.staff import accounts as accounts
from services.demo.telling import tell as tell

"""The working calendar: reading it, keeping it, and what a change of it does to open cases."""

from services.calendars.keeping import edit_day as edit_day
from services.calendars.keeping import import_year as import_year
from services.calendars.keeping import preview_day as preview_day
from services.calendars.keeping import preview_override as preview_override
from services.calendars.keeping import preview_year as preview_year
from services.calendars.keeping import remove_override as remove_override
from services.calendars.keeping import set_override as set_override
from services.calendars.moving import Moved as Moved
from services.calendars.moving import moved as moved
from services.calendars.moving import term as term
from services.calendars.reading import OverrideRow as OverrideRow
from services.calendars.reading import overrides as overrides
from services.calendars.reading import schedules as schedules
from services.calendars.reading import work_calendar as work_calendar
from services.calendars.reading import years as years
from services.calendars.reference import load_reference as load_reference
from services.calendars.sheets import DayRow as DayRow
from services.calendars.sheets import read_days as read_days

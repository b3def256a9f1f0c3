"""The organisation tree, its windows, and loading both from sheets."""

from services.organisations.sheets import import_organisations as import_organisations
from services.organisations.sheets import import_reference as import_reference
from services.organisations.tree import OrganisationDetails as OrganisationDetails
from services.organisations.tree import OrganisationRow as OrganisationRow
from services.organisations.tree import centres as centres
from services.organisations.tree import create as create
from services.organisations.tree import deactivate as deactivate
from services.organisations.tree import departments as departments
from services.organisations.tree import edit as edit
from services.organisations.tree import get as get
from services.organisations.tree import reactivate as reactivate
from services.organisations.tree import resting_on as resting_on
from services.organisations.tree import tree as tree
from services.organisations.windows import WindowDetails as WindowDetails
from services.organisations.windows import WindowRow as WindowRow
from services.organisations.windows import create_window as create_window
from services.organisations.windows import deactivate_window as deactivate_window
from services.organisations.windows import edit_window as edit_window
from services.organisations.windows import reactivate_window as reactivate_window
from services.organisations.windows import windows as windows

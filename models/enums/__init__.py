"""The words of the domain, one module a subject."""

from models.enums.base import LabelEnum as LabelEnum
from models.enums.cases import *  # noqa: F403
from models.enums.catalogue import *  # noqa: F403
from models.enums.exchange import *  # noqa: F403
from models.enums.organisations import *  # noqa: F403
from models.enums.people import *  # noqa: F403

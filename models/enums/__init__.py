"""The words of the domain, one module a subject."""

from models.enums.base import LabelEnum as LabelEnum
from models.enums.cases import *
from models.enums.catalogue import *
from models.enums.clocks import *
from models.enums.documents import *
from models.enums.exchange import *
from models.enums.flows import *
from models.enums.forms import *
from models.enums.messages import *
from models.enums.organisations import *
from models.enums.people import *
from models.enums.reviews import *
from models.enums.taxes import *

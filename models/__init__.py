"""Tables and their words, nothing else."""

from models import audit as audit
from models import bundles as bundles
from models import cases as cases
from models import catalogue as catalogue
from models import clocks as clocks
from models import counts as counts
from models import districts as districts
from models import exchange as exchange
from models import intermediaries as intermediaries
from models import messages as messages
from models import organisations as organisations
from models import people as people
from models import projects as projects
from models import registers as registers
from models import taxes as taxes
from models.base import Base as Base

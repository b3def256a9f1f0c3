"""中介服务: engagement inside a case or a project, acceptance of the report, ratings of both sides, whose time it was."""

from services.intermediaries.engaging import NewEngagement as NewEngagement
from services.intermediaries.engaging import act as act
from services.intermediaries.engaging import engage as engage
from services.intermediaries.engaging import rate as rate
from services.intermediaries.reading import EngagementRow as EngagementRow
from services.intermediaries.reading import Intermediary as Intermediary
from services.intermediaries.reading import intermediaries as intermediaries
from services.intermediaries.reading import ledger as ledger
from services.intermediaries.reading import of_case as of_case
from services.intermediaries.reading import of_project as of_project

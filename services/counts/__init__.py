"""Stored sums of cases: kept as cases change, recounted on demand."""

from services.counts.keeping import GRAINS as GRAINS
from services.counts.keeping import NO_WINDOW as NO_WINDOW
from services.counts.keeping import Grain as Grain
from services.counts.keeping import is_on_site as is_on_site
from services.counts.keeping import keep as keep
from services.counts.keeping import keep_many as keep_many
from services.counts.keeping import local_day as local_day
from services.counts.keeping import sums_by_day as sums_by_day
from services.counts.recounting import Comparison as Comparison
from services.counts.recounting import check as check
from services.counts.recounting import rebuild as rebuild
from services.counts.recounting import recount as recount
from services.counts.recounting import stored as stored

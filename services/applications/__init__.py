"""Applying online, without an account: a draft by number and code, sent once, then a case like any other."""

from services.applications.contents import Content as Content
from services.applications.correction import correct as correct
from services.applications.drafting import Application as Application
from services.applications.drafting import add_files as add_files
from services.applications.drafting import begin as begin
from services.applications.drafting import closed as closed
from services.applications.drafting import drop_file as drop_file
from services.applications.drafting import opened as opened
from services.applications.drafting import preview as preview
from services.applications.drafting import save as save
from services.applications.submitting import Place as Place
from services.applications.submitting import check as check
from services.applications.submitting import places as places
from services.applications.submitting import sent as sent
from services.applications.submitting import submit as submit
from services.applications.sweeping import sweep as sweep

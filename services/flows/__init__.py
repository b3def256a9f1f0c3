"""Flows and application forms that staff design: edited as a draft, tried, published as a version."""

from services.flows.drawing import Drawing as Drawing
from services.flows.drawing import Subject as Subject
from services.flows.drawing import departments as departments
from services.flows.drawing import open_draft as open_draft
from services.flows.drawing import publish as publish
from services.flows.drawing import save as save
from services.flows.drawing import save_form as save_form
from services.flows.drawing import subject as subject
from services.flows.drawing import subjects as subjects

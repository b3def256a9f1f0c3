"""项目报建: projects of several stages, their gates, plan and fact (domain §9.5)."""

from services.projects.acting import NewProject as NewProject
from services.projects.acting import apply as apply
from services.projects.acting import mark_not_applicable as mark_not_applicable
from services.projects.acting import open_project as open_project
from services.projects.acting import take_back as take_back
from services.projects.reading import Board as Board
from services.projects.reading import BoardPermit as BoardPermit
from services.projects.reading import BoardStage as BoardStage
from services.projects.reading import ProjectCard as ProjectCard
from services.projects.reading import board as board
from services.projects.reading import projects as projects

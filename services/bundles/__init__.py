"""并联审批: one window takes one set of materials for several items (domain §2.9)."""

from services.bundles.composing import Composition as Composition
from services.bundles.composing import bundles as bundles
from services.bundles.composing import compose as compose
from services.bundles.composing import handling_guide as handling_guide
from services.bundles.filing import BundleFiling as BundleFiling
from services.bundles.filing import file as file
from services.bundles.guiding import Addition as Addition
from services.bundles.guiding import Hall as Hall
from services.bundles.guiding import Journey as Journey
from services.bundles.guiding import Question as Question
from services.bundles.guiding import chosen as chosen
from services.bundles.guiding import halls as halls
from services.bundles.guiding import journey as journey
from services.bundles.guiding import journeys as journeys
from services.bundles.guiding import questions as questions
from services.bundles.questioning import save_questions as save_questions

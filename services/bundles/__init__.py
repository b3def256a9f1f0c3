"""并联审批: one window takes one set of materials for several items (domain §2.9)."""

from services.bundles.composing import Composition as Composition
from services.bundles.composing import bundles as bundles
from services.bundles.composing import compose as compose
from services.bundles.filing import BundleFiling as BundleFiling
from services.bundles.filing import file as file

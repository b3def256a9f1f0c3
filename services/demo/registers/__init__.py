"""Registers with known truth: a business side, and the tax and other registers derived from it with real dirt.

`derive` says what became of each party, so that every comparison can be held against the truth. The shares of dirt are those
met when a city's registers were compared: 14 % of taxpayer ids reformatted, mistyped, old or missing; 1.3 % of the businesses
truly unregistered.
"""

from services.demo.registers.deals import Deals as Deals
from services.demo.registers.deals import deals as deals
from services.demo.registers.deriving import Derived as Derived
from services.demo.registers.deriving import derive as derive
from services.demo.registers.dirt import Shares as Shares
from services.demo.registers.parties import Party as Party
from services.demo.registers.parties import parties as parties

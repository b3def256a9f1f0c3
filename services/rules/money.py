"""The money of a lead: what is due, what came in, what is left (R-TAX-05: an estimate is not due before it is assessed)."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from models.enums import LedgerKind
from services.errors import Invalid

K = LedgerKind
ZERO = Decimal(0)


@dataclass(frozen=True)
class Balance:
    """Sums in yuan. `rest` counts from the assessment, before that from the estimate; never below zero."""

    estimated: Decimal
    assessed: Decimal
    late_fee: Decimal
    paid: Decimal
    waived: Decimal
    is_settled: bool

    @property
    def due(self) -> Decimal:
        return (self.assessed or self.estimated) + self.late_fee

    @property
    def rest(self) -> Decimal:
        return ZERO if self.is_settled else max(self.due - self.paid - self.waived, ZERO)


def balance(entries: Iterable[tuple[LedgerKind, Decimal]]) -> Balance:
    """Of a lead's entries in order: a later estimate or assessment replaces the earlier, the other kinds add up."""
    latest = {K.ESTIMATED: ZERO, K.ASSESSED: ZERO}
    sums = {K.LATE_FEE: ZERO, K.PAID: ZERO, K.WAIVED: ZERO}
    is_settled = False
    for kind, amount in entries:
        if kind in latest:
            latest[kind] = amount
        elif kind in sums:
            sums[kind] += amount
        else:
            is_settled = True
    return Balance(latest[K.ESTIMATED], latest[K.ASSESSED], sums[K.LATE_FEE], sums[K.PAID], sums[K.WAIVED], is_settled)


def check_entry(kind: LedgerKind, amount: Decimal, known: Balance) -> None:
    """Raises Invalid for an amount that cannot be, or money that came in after the account was settled."""
    if amount < ZERO or (amount == ZERO and kind not in (K.SETTLED, K.ESTIMATED)):
        raise Invalid("金额应大于 0", {"amount": "金额应大于 0"})
    if amount >= Decimal("1e14"):
        raise Invalid("金额过大，请核对", {"amount": "金额过大，请核对"})
    if known.is_settled:
        raise Invalid("该线索已结清，不能再记账")
    if kind == K.SETTLED and known.rest > ZERO:
        raise Invalid(f"还有 {known.rest:,} 元未缴，不能结清；确有减免的请先记「免缴」")

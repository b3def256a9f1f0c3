"""The outbox's other end: texts by event; claiming, sending, recording; what went out, tried again by hand."""

from services.outbox.gateways import Gateway as Gateway
from services.outbox.gateways import configured as configured
from services.outbox.sending import send_due as send_due

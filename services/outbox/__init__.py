"""The outbox's other end: claiming, sending and recording messages."""

from services.outbox.gateways import Gateway as Gateway
from services.outbox.gateways import gateway as gateway
from services.outbox.sending import send_due as send_due

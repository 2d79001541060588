"""What the README claims, each in a module that measures it."""

from __future__ import annotations

from claims import (
    addresses,
    alarms,
    clients,
    faults,
    foreign,
    insights,
    kills,
    orders,
    parity,
    reconciliation,
    scale,
    specification,
    tenants,
    truth,
)

CLAIMS = {
    "specification": specification.claim,
    "tenants": tenants.claim,
    "foreign_ids": foreign.claim,
    "truth": truth.claim,
    "parity": parity.claim,
    "reconciliation": reconciliation.claim,
    "faults": faults.claim,
    "kills": kills.claim,
    "clients": clients.claim,
    "orders": orders.claim,
    "insights": insights.claim,
    "addresses": addresses.claim,
    "alarms": alarms.claim,
    "scale": scale.claim,
}

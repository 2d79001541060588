"""What the README claims, each in a module that measures it."""

from __future__ import annotations

from claims import addresses, orders, specification, tenants, truth

CLAIMS = {
    "specification": specification.claim,
    "tenants": tenants.claim,
    "truth": truth.claim,
    "orders": orders.claim,
    "addresses": addresses.claim,
}

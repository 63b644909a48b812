"""Addresses that a form shows at first: those of the last order."""

from typing import Any

from clozette.shop.buying import queries, schemas


def remembered(member_id: int) -> dict[str, Any]:
    """Return what the form of addresses shows at first; of somebody who never ordered the country alone is known."""
    found = queries.last_addresses(member_id)
    last, country = {address.use: address for address in found if address.use}, found[0].home
    values = {f"{use}_{name}": getattr(address, name) for use, address in last.items() for name in schemas.PARTS}
    same = all(values.get(f"shipping_{name}") == values.get(f"billing_{name}") for name in schemas.PARTS)
    phone = {"phone": last["shipping"].phone} if "shipping" in last else {}
    billing = schemas.SAME if same else schemas.OTHER
    return {"shipping_country": country, "billing_country": country, **values, **phone, "billing": billing}

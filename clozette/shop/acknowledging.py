"""Keeping what somebody was shown who makes a contract here: alike for buying, swapping and beginning to sell."""

from datetime import datetime

from clozette.privacy import ledger, notices


def acknowledge(
    subject_id: int, point: str, shown: notices.Shown | None, *, method: str, now: datetime, wording: str = ""
) -> None:
    """Keep it in the ledger, in the transaction of the deed.

    :param wording: what was accepted, where it is more than the notice beside the form.
    """
    ledger.record(
        subject_id=subject_id,
        point=point,
        action="acknowledged",
        basis="contract",
        wording=wording or (shown.wording if shown else notices.wording(point)),
        method=method,
        now=now,
        shown=shown,
    )

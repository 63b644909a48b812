"""Privacy, near the ground: people as opaque subjects, the points where data is collected, the ledger, the one door out.

A *subject* is one row per person with the key that erasure destroys. A *collection point* (CP1 …) is a declared place
where personal data enters. The *ledger* says what was shown and answered, and is only ever added to. A *release* is
the permission to let data out; only ``disclosures`` makes one.
"""

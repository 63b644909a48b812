"""The minimum age for an account, by country of the member, with the source of each line.

The European lines are the ages at which a child's own consent to an online service counts under Article 8 of the GDPR
as each state set it; where a state set none, the regulation's own 16 holds. Elsewhere, where a law wants a parent's
consent below an age, that age is the minimum, because a parent can't consent here. "Known": general knowledge of 2026,
not checked again against the statute's text; have it checked before relying on it in a court. A country that is not
listed has 16.
"""

from dataclasses import dataclass

DEFAULT = 16


@dataclass(frozen=True)
class MinimumAge:
    """From which age somebody in a country may join, and by which rule."""

    years: int
    source: str


MINIMUM_AGES: dict[str, MinimumAge] = {
    # European Union
    "AT": MinimumAge(14, "Datenschutzgesetz, section 4(4). Known"),
    "BE": MinimumAge(13, "Act of 30 July 2018, article 7. Known"),
    "BG": MinimumAge(14, "Personal Data Protection Act, article 25c. Known"),
    "CY": MinimumAge(14, "Law 125(I)/2018, section 8. Known"),
    "CZ": MinimumAge(15, "Act 110/2019, section 7. Known"),
    "DE": MinimumAge(16, "GDPR, article 8(1): no other age set. Known"),
    "DK": MinimumAge(15, "Databeskyttelsesloven, section 6, as amended in 2023 (13 before). Known"),
    "EE": MinimumAge(13, "Personal Data Protection Act, section 8. Known"),
    "ES": MinimumAge(14, "Ley Orgánica 3/2018, article 7. Known"),
    "FI": MinimumAge(13, "Data Protection Act 1050/2018, section 5. Known"),
    "FR": MinimumAge(15, "Loi Informatique et Libertés, article 45. Known"),
    "GR": MinimumAge(15, "Law 4624/2019, article 21. Known"),
    "HR": MinimumAge(16, "GDPR, article 8(1); Act of 2018, article 19. Known"),
    "HU": MinimumAge(16, "GDPR, article 8(1): no other age set. Known"),
    "IE": MinimumAge(16, "Data Protection Act 2018, section 31. Known"),
    "IT": MinimumAge(14, "Legislative Decree 196/2003, article 2-quinquies. Known"),
    "LT": MinimumAge(14, "Law on Legal Protection of Personal Data, article 6. Known"),
    "LU": MinimumAge(16, "GDPR, article 8(1): no other age set. Known"),
    "LV": MinimumAge(13, "Personal Data Processing Law, section 33. Known"),
    "MT": MinimumAge(13, "Subsidiary Legislation 586.11. Known"),
    "NL": MinimumAge(16, "Uitvoeringswet AVG, article 5. Known"),
    "PL": MinimumAge(16, "GDPR, article 8(1): no other age set. Known"),
    "PT": MinimumAge(13, "Law 58/2019, article 16. Known"),
    "RO": MinimumAge(16, "GDPR, article 8(1): no other age set. Known"),
    "SE": MinimumAge(13, "Act 2018:218, chapter 2, section 4. Known"),
    "SI": MinimumAge(15, "ZVOP-2, article 8. Known"),
    "SK": MinimumAge(16, "Act 18/2018, section 15. Known"),
    # European Economic Area, Switzerland, United Kingdom
    "CH": MinimumAge(16, "No age in the FADP; we take the GDPR's. Our choice"),
    "GB": MinimumAge(13, "Data Protection Act 2018, section 9. Known"),
    "IS": MinimumAge(13, "Act 90/2018, article 10. Known"),
    "LI": MinimumAge(16, "GDPR, article 8(1). Known"),
    "NO": MinimumAge(13, "Personopplysningsloven 2018, section 5; a rise to 15 is before parliament. Known"),
    # Elsewhere
    "AU": MinimumAge(16, "Online Safety Amendment (Social Media Minimum Age) Act 2024. Known"),
    "BR": MinimumAge(16, "Statute for children online (Law 15.211/2025) wants a parent's account below 16. Known"),
    "CA": MinimumAge(14, "Quebec's Law 25 wants a parent's consent below 14; taken for all of Canada. Known"),
    "CN": MinimumAge(14, "Personal Information Protection Law, article 31. Known"),
    "ID": MinimumAge(18, "UU PDP 27/2022, article 25 wants a parent's consent for a child, which is under 18. Known"),
    "IN": MinimumAge(18, "Digital Personal Data Protection Act 2023, section 9. Known"),
    "JP": MinimumAge(16, "APPI guidance: a parent's consent below 12 to 15, case by case. Known"),
    "KR": MinimumAge(14, "Personal Information Protection Act, article 22-2. Known"),
    "MY": MinimumAge(18, "PDPA 2010 with the age of majority of 18; a parent consents below. Known"),
    "NZ": MinimumAge(16, "No age in the Privacy Act 2020; we take 16. Our choice"),
    "SG": MinimumAge(13, "PDPC Advisory Guidelines: consent from 13, if it is understood. Known"),
    "US": MinimumAge(13, "COPPA, 16 CFR 312. Known"),
    "ZA": MinimumAge(18, "POPIA, sections 1 and 34: a child is under 18. Known"),
}


def minimum_age(country: str) -> int:
    """Return from which age somebody in ``country`` (ISO 3166-1 alpha-2) may join."""
    listed = MINIMUM_AGES.get(country)
    return listed.years if listed else DEFAULT

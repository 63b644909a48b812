"""What single countries want of a contest beside the base that holds for all of them, with the source of each line.

Pointers, not advice. "Known": general knowledge of 2026, not checked again against the statute's text; have each checked
before relying on it. A country that is not listed needs the base and somebody of the staff who says why that is enough.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from clozette.contests.planning.plans import Plan

ADULT = 18
"""From this age on nobody has to agree for somebody, wherever nothing else is listed."""


def _always(plan: Plan) -> bool:
    return True


def _draws(plan: Plan) -> bool:
    return plan.is_draw


@dataclass(frozen=True)
class Line:
    """Something that has to be filled in for a country; it then stands in the rules under that country.

    :ivar wanted: for which contests.
    """

    key: str
    title: LazyString
    source: str
    wanted: Callable[[Plan], bool] = _always


@dataclass(frozen=True)
class Country:
    """What is known of a country. ``adult``: from which age on somebody may win without a parent or guardian.

    :ivar says: sentences that stand in the rules there whatever was filled in.
    """

    lines: tuple[Line, ...] = ()
    says: tuple[LazyString, ...] = ()
    adult: int = ADULT
    source: str = "Known"


_NO_MORE = Country()
_PERMIT = _l("Number of the permit, and who gave it")
_LOCAL = _l("Who answers for the contest in this country")

COUNTRIES: Mapping[str, Country] = {
    # Europe: free of charge and complete rules are enough, unless a line says otherwise.
    "AT": Country(source="UWG, annex no. 20; Glücksspielgesetz, section 58(3): a levy on large free draws. Known"),
    "BE": Country(
        lines=(
            Line(
                "skill",
                _l("The question of skill, and the tie-breaking question"),
                "Act of 31 December 1851 on lotteries: chance alone may not decide. Known",
                _draws,
            ),
        ),
        source="Act of 31 December 1851. Known",
    ),
    "CH": Country(source="Geldspielgesetz, article 1(2)(d) and (e): free way in, of the same chance. Known"),
    "DE": Country(source="UWG, section 5a and annex no. 20; DDG, section 6(1) no. 4. Known"),
    "DK": Country(source="Markedsføringsloven; free of stakes. Known"),
    "ES": Country(source="Ley 13/2011, article 3(i): no stake. Known"),
    "FI": Country(source="Kuluttajansuojalaki, chapter 2; free of stakes. Known"),
    "FR": Country(
        says=(_l("Whoever paid to take part is paid back on request."),),
        source="Code de la consommation, articles L121-20 and L121-4 no. 16. Known",
    ),
    "GB": Country(
        says=(_l("The surnames and counties of major winners are given on request, unless a winner objects."),),
        source="Gambling Act 2005, section 14 and schedule 2; CAP Code, section 8. Known",
    ),
    "IE": Country(source="Gambling Regulation Act 2024: free of stakes. Known"),
    "IT": Country(
        lines=(
            Line("permit", _l("Number of the notice to the ministry"), "DPR 430/2001, article 10. Known"),
            Line("bond", _l("The bond for the whole value of the prizes"), "DPR 430/2001, article 7. Known"),
            Line(
                "official",
                _l("The notary or official who is there when it is decided"),
                "DPR 430/2001, article 9. Known",
            ),
        ),
        source="DPR 430/2001. Known",
    ),
    "NL": Country(source="Gedragscode promotionele kansspelen 2014. Known"),
    "NO": Country(source="Markedsføringsloven, section 18. Known"),
    "PL": Country(
        lines=(
            Line(
                "permit", _PERMIT, "Gambling Act of 19 November 2009, article 7: promotional lotteries. Known", _draws
            ),
        ),
        source="Gambling Act of 19 November 2009. Known",
    ),
    "PT": Country(
        lines=(Line("permit", _PERMIT, "Decreto-Lei 422/89, articles 159–161. Known", _draws),),
        source="Decreto-Lei 422/89. Known",
    ),
    "SE": Country(source="Spellag (2018:1138): free of stakes. Known"),
    "TR": Country(
        lines=(Line("permit", _PERMIT, "Milli Piyango regulation on draws without a stake. Known", _draws),),
        source="Regulation of 2006. Known",
    ),
    # The Americas.
    "BR": Country(
        lines=(Line("permit", _PERMIT, "Lei 5.768/1971 and Portaria SEAE 7.638/2022. Known", _draws),),
        source="Lei 5.768/1971; cultural contests without chance are free of it. Known",
    ),
    "CA": Country(
        lines=(
            Line(
                "skill",
                _l("The question of skill that a winner answers first"),
                "Criminal Code, section 206. Known",
                _draws,
            ),
            Line(
                "regions",
                _l("How prizes are spread over regions, or that they are not"),
                "Competition Act, section 74.06. Known",
            ),
        ),
        says=(_l("In Quebec these rules are to be had in French."),),
        adult=19,
        source="Criminal Code, section 206; Competition Act, section 74.06; Charter of the French language. Known",
    ),
    "MX": Country(
        lines=(Line("permit", _PERMIT, "Ley Federal de Juegos y Sorteos. Known", _draws),),
        source="Ley Federal de Juegos y Sorteos. Known",
    ),
    "US": Country(
        lines=(
            Line(
                "void",
                _l("The states where it is void"),
                "Laws of the states, such as those on registration and age. Known",
            ),
            Line(
                "bond",
                _l("Registration and bond in New York and Florida, or that the prizes are below 5,000 USD"),
                "NY General Business Law, section 369-e; Florida Statutes, section 849.094. Known",
                _draws,
            ),
        ),
        says=(
            _l("No purchase is necessary. A purchase does not improve the chances of winning."),
            _l("Void where prohibited by law."),
        ),
        source="Laws of the states against lotteries; 39 USC 3001(k). Known",
    ),
    # Asia and Oceania.
    "AE": Country(
        lines=(Line("permit", _PERMIT, "Permits of the emirates' departments of economy. Known"),),
        adult=21,
        source="Permits of the emirates. Known",
    ),
    "AU": Country(
        lines=(
            Line(
                "permit",
                _l("Trade promotion authorities (NSW, SA, ACT), or that none is needed"),
                "Community Gaming Act 2018 (NSW) and its like. Known",
                _draws,
            ),
        ),
        source="Laws of the states on trade promotions. Known",
    ),
    "CN": Country(
        says=(_l("No prize of a draw is worth more than 50,000 yuan."),),
        source="Anti-Unfair Competition Law, article 11. Known",
    ),
    "ID": Country(
        lines=(
            Line(
                "permit",
                _PERMIT,
                "Law 22/1954 on draws; regulation of the Minister of Social Affairs on free prize draws. Known",
            ),
            Line("tax", _l("Who pays the tax on the prizes"), "Income tax on prizes, PP 132/2000. Known"),
        ),
        source="Law 22/1954. Known",
    ),
    "IN": Country(
        lines=(
            Line(
                "skill",
                _l("What makes skill decide, not chance alone"),
                "Lotteries (Regulation) Act 1998; Consumer Protection Act 2019, section 2(47). Known",
                _draws,
            ),
        ),
        says=(_l("Void in Tamil Nadu where its law on prize schemes forbids it."),),
        source="Lotteries (Regulation) Act 1998. Known",
    ),
    "JP": Country(source="Act against Unjustifiable Premiums: open draws have no limit. Known", adult=18),
    "KR": Country(
        lines=(Line("tax", _l("Who pays the tax on prizes above 50,000 won"), "Income Tax Act, article 21. Known"),),
        adult=19,
        source="Income Tax Act, article 21. Known",
    ),
    "MY": Country(
        lines=(
            Line(
                "skill",
                _l("What makes skill decide, not chance alone"),
                "Lotteries Act 1952; Common Gaming Houses Act 1953. Known",
                _draws,
            ),
        ),
        source="Lotteries Act 1952. Known",
    ),
    "NZ": Country(source="Gambling Act 2003, section 9: no entry fee beyond the price of goods. Known", adult=18),
    "PH": Country(
        lines=(Line("permit", _PERMIT, "DTI sales promotion permit, Republic Act 7394, article 116. Known"),),
        source="Consumer Act, Republic Act 7394. Known",
    ),
    "SG": Country(source="Gambling Control Act 2022 and its class licence for trade promotions. Known", adult=18),
    "TH": Country(
        lines=(Line("permit", _PERMIT, "Gambling Act B.E. 2478, section 8. Known", _draws),),
        adult=20,
        source="Gambling Act B.E. 2478. Known",
    ),
    "TW": Country(
        lines=(Line("tax", _l("Who pays the tax on prizes above 1,000 dollars"), "Income Tax Act, article 14. Known"),),
        source="Income Tax Act, article 14. Known",
    ),
    "VN": Country(
        lines=(Line("permit", _PERMIT, "Decree 81/2018, articles 13 and 19. Known"),),
        source="Decree 81/2018. Known",
    ),
    # Africa.
    "NG": Country(
        lines=(Line("permit", _PERMIT, "National Lottery Act 2005; ARCON's permits. Known"),),
        source="National Lottery Act 2005. Known",
    ),
    "ZA": Country(
        lines=(Line("local", _LOCAL, "Consumer Protection Act 2008, section 36. Known"),),
        says=(_l("The records of this contest are kept for three years."),),
        source="Consumer Protection Act 2008, section 36, and regulation 11. Known",
    ),
}


def of(code: str) -> Country:
    """Return what is known of a country; nothing but the base of one that is not listed."""
    return COUNTRIES.get(code, _NO_MORE)


def lines_for(plan: Plan) -> list[tuple[str, Line]]:
    """Return what has to be filled in for a contest's countries, with the code of each."""
    return [(code, line) for code in plan.countries for line in of(code).lines if line.wanted(plan)]


def unlisted(plan: Plan) -> list[str]:
    """Return the countries of a contest of which nothing is known here."""
    return [code for code in plan.countries if code not in COUNTRIES]

"""How often one person may try to answer surveys."""

from clozette.kernel.web import limits

limits.declare("survey-answer", "30 per hour; 100 per day")


def answer(subject_id: int) -> None:
    """Count a try; 429 if it is one too many."""
    limits.check("survey-answer", str(subject_id))

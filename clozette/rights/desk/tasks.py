"""Background work of the desk. Arguments are ids."""

from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.tasks import task
from clozette.rights.desk import codes, mail
from clozette.rights.desk.models import Code


@task("rights.send_code")
def send_code(*, code_id: int) -> None:
    """Mail a one-time code while it is good."""
    code = db.session.get(Code, code_id)
    if code is not None and code.used_at is None and code.expires_at > clock.now():
        mail.one_time_code(code)


@task("rights.sweep_codes")
def sweep_codes() -> None:
    """Forget old codes, and addresses that asked for nothing; the wiring page runs it once a day."""
    now = clock.now()
    codes.forget_old(now)
    codes.forget_strangers(now)

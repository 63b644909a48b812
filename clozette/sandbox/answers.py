"""What a mailbox may answer to a mail that the sandbox took: that nobody is there, that it is full, that it is spam."""

import re
import smtplib
from collections.abc import Callable
from email.message import Message
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.mime.text import MIMEText

from clozette.sandbox.inbox import Mail

HERE = "mailbox.sandbox.test"
PATIENCE = 10.0


def bounce(mail: Mail, status: str) -> tuple[str, bytes]:
    """Return a report (RFC 3464) that a mail can't be delivered, and to whom it goes."""
    report = _report(mail, "delivery-status", "This mail could not be delivered.")
    about = Message()
    about["Final-Recipient"] = f"rfc822; {mail.recipients[0]}"
    about["Action"], about["Status"] = "failed", status
    server = Message()
    server["Reporting-MTA"] = f"dns; {HERE}"
    status_part = MIMENonMultipart("message", "delivery-status")
    status_part.set_payload([server, about])
    report.attach(status_part)
    report.attach(MIMEMessage(mail.message))
    report["To"], report["Auto-Submitted"] = mail.path, "auto-replied"
    return mail.path, report.as_bytes()


def complaint(mail: Mail) -> tuple[str, bytes]:
    """Return a report (RFC 5965) that its reader pressed “spam”, and to whom it goes."""
    to = f"fbl@{mail.path.rpartition('@')[2]}"
    report = _report(mail, "feedback-report", "The reader of this mail called it spam.")
    said = Message()
    said["Feedback-Type"], said["User-Agent"], said["Version"] = "abuse", "Sandbox/1.0", "1"
    feedback = MIMENonMultipart("message", "feedback-report")
    feedback.set_payload([said])
    report.attach(feedback)
    report.attach(MIMEMessage(mail.message))
    report["To"] = to
    return to, report.as_bytes()


ANSWERS: dict[str, Callable[[Mail], tuple[str, bytes]]] = {
    "dead": lambda mail: bounce(mail, "5.1.1"),
    "full": lambda mail: bounce(mail, "5.2.2"),
    "spam": complaint,
}


def send(port: int, to: str, content: bytes) -> None:
    """Mail an answer to the site.

    :raises OSError: if nobody listens, or does not want it.
    """
    with smtplib.SMTP("127.0.0.1", port, HERE, timeout=PATIENCE) as connection:
        connection.sendmail("", [to], re.sub(rb"\r?\n", b"\r\n", content))


def _report(mail: Mail, kind: str, notice: str) -> MIMEMultipart:
    report = MIMEMultipart("report", report_type=kind)
    report["From"] = f"MAILER-DAEMON@{HERE}"
    report["Subject"] = f"Re: {mail.subject}"
    report.attach(MIMEText(notice))
    return report

"""Mails as servers send them back: bounces, complaints, answers of machines. Written for these tests."""

import base64
from collections.abc import Sequence

Block = tuple[str, str, str, str]
"""What is said of one recipient: its address, the action, the status, the server's own words."""


def lines(*texts: str) -> bytes:
    return "\r\n".join(texts).encode() + b"\r\n"


def original(to: str, message_id: str, path: str = "", leave: str = "") -> str:
    """Return the headers of a mail of ours as a server returns them."""
    rows = [f"Return-Path: <{path}>"] if path else []
    rows += ["From: Clozette <news@news.clozette.test>", f"To: {to}", "Subject: What people wear this week"]
    rows += [f"Message-ID: <{message_id}>"] if message_id else []
    rows += [f"List-Unsubscribe: <{leave}>"] if leave else []
    return "\r\n".join([*rows, "List-Id: Weekly <weekly.news.clozette.test>"])


def dsn(path: str, *blocks: Block, returned: str = "", encoded: bool = False, padding: int = 0) -> bytes:
    """Return a delivery status notification (RFC 3464) to the envelope's sender of a mail."""
    head = [
        "From: MAILER-DAEMON@mx.example.test (Mail Delivery System)",
        f"To: {path}",
        "Subject: Undelivered Mail Returned to Sender",
        "Auto-Submitted: auto-replied",
        "MIME-Version: 1.0",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b1"',
        "Message-ID: <2026.1@mx.example.test>",
    ]
    notice = [
        "",
        "--b1",
        "Content-Type: text/plain; charset=us-ascii",
        "",
        "I'm sorry to have to inform you …".encode("ascii", "ignore").decode(),
        "x" * 70,
    ]
    notice += ["y" * 76] * (padding // 78)
    status = ["", "--b1", "Content-Type: message/delivery-status", "", "Reporting-MTA: dns; mx.example.test"]
    for address, action, code, said in blocks:
        status += ["", f"Final-Recipient: rfc822; {address}", f"Action: {action}"]
        status += [f"Status: {code}"] if code else []
        status += [f"Diagnostic-Code: smtp; {said}"] if said else []
    third = []
    if returned and encoded:
        third = ["", "--b1", "Content-Type: message/rfc822", "Content-Transfer-Encoding: base64", ""]
        third += [base64.b64encode(f"{returned}\r\n\r\nHello\r\n".encode()).decode()]
    elif returned:
        third = ["", "--b1", "Content-Type: text/rfc822-headers", "", returned]
    return lines(*head, *notice, *status, *third, "", "--b1--")


def failed(address: str, status: str = "5.1.1", said: str = "") -> Block:
    return (address, "failed", status, said)


def delayed(address: str, status: str = "4.4.1") -> Block:
    return (address, "delayed", status, "connect timed out")


def arf(kind: str, *fields: str, returned: str = "", to: str = "fbl@news.clozette.test") -> bytes:
    """Return a complaint (RFC 5965)."""
    return lines(
        "From: <feedback@arf.mail.example.test>",
        f"To: <{to}>",
        "Subject: FW: What people wear this week",
        "MIME-Version: 1.0",
        'Content-Type: multipart/report; report-type=feedback-report; boundary="f1"',
        "",
        "--f1",
        'Content-Type: text/plain; charset="US-ASCII"',
        "",
        "This is an email abuse report.",
        "",
        "--f1",
        "Content-Type: message/feedback-report",
        "",
        f"Feedback-Type: {kind}",
        "User-Agent: SomeGenerator/1.0",
        "Version: 1",
        *fields,
        "",
        "--f1",
        "Content-Type: message/rfc822",
        "",
        returned,
        "",
        "Hello",
        "",
        "--f1--",
    )


def plain(
    to: str, subject: str = "Re: What people wear this week", *headers: str, body: Sequence[str] = ("Hello",)
) -> bytes:
    """Return a mail that reports nothing."""
    return lines("From: <somebody@example.test>", f"To: <{to}>", f"Subject: {subject}", *headers, "", *body)


def out_of_office(to: str) -> bytes:
    return plain(
        to, "Out of office", "Auto-Submitted: auto-replied", body=["Back in May. 550 5.1.1 user unknown, haha."]
    )


def qmail(to: str, address: str) -> bytes:
    return plain(
        to,
        "failure notice",
        body=[
            "Hi. This is the qmail-send program at mx.example.test.",
            "I'm afraid I wasn't able to deliver your message to the following addresses.",
            "",
            f"<{address}>:",
            "192.0.2.1 does not like recipient.",
            "Remote host said: 550 5.1.1 user unknown",
        ],
    )

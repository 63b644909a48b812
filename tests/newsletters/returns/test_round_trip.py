"""Mails that the engine really sends, and what comes back of them by what stands in them."""

import re
from email import message_from_bytes
from email.message import Message

import pytest
from flask import Flask
from sqlalchemy import orm

from clozette.kernel.ports.bulk_mail import Letter
from clozette.newsletters.returns import naming
from tests.newsletters.returns import samples
from tests.newsletters.returns.conftest import back
from tests.newsletters.returns.samples import arf, dsn, failed
from tests.newsletters.sending.conftest import Run, post, run  # noqa: F401 - fixtures


def sent_by_engine(run) -> tuple[Run, list[Letter], list[Message]]:  # noqa: F811
    going = run(3)
    going.turn()
    letters = sorted(going.post.letters, key=lambda letter: letter.recipient)
    going.subscriptions.sort(key=lambda one: one.contact.address)
    return going, letters, [message_from_bytes(letter.data) for letter in letters]


@pytest.mark.requirement(43, 44, 64)
def test_each_answer_finds_its_reader(app: Flask, db_session: orm.Session, run) -> None:  # noqa: F811
    going, letters, mails = sent_by_engine(run)
    dead, annoyed, leaves = going.subscriptions
    back(app, dsn(letters[0].sender, failed(letters[0].recipient)), letters[0].sender)
    returned = "\r\n".join(f"{name}: {value}" for name, value in mails[1].items() if name != "To")
    back(app, arf("abuse", returned=returned), "fbl@news.clozette.test")
    mailto = re.search(r"<mailto:([^?>]+)", str(mails[2]["List-Unsubscribe"]))
    assert mailto is not None
    back(app, samples.plain(mailto[1], "unsubscribe"), mailto[1])
    assert [one.state for one in (dead, annoyed, leaves)] == ["bounced", "complained", "unsubscribed"]
    going.campaign.state = "queueing"
    again = len(going.post.letters)
    going.turn()
    assert len(going.post.letters) == again


@pytest.mark.requirement(43)
def test_the_site_takes_what_the_engine_writes(app: Flask, db_session: orm.Session, run) -> None:  # noqa: F811
    _, letters, mails = sent_by_engine(run)
    for letter, mail in zip(letters, mails, strict=True):
        assert naming.is_ours(letter.sender, "news.clozette.test")
        assert len(letter.sender.partition("@")[0]) <= 64
        mailto = re.search(r"<mailto:([^?>]+)", str(mail["List-Unsubscribe"]))
        assert mailto is not None and naming.is_ours(mailto[1], "news.clozette.test")
        assert len(mailto[1].partition("@")[0]) <= 64

"""The yardstick: the least that Flask can answer."""

from flask import Flask

application = Flask(__name__)


@application.route("/")
def hello() -> str:
    return "Hello, World!"

"""``/contests/verify``: whether a file of a draw, of votes or of ballots is right; and the script that says it without us."""

from pathlib import Path
from typing import Any

from flask import Blueprint, Response, render_template, request, send_file

from clozette.contests.drawing import verify_draw
from clozette.contests.drawing.verifying import files
from clozette.contests.drawing.verifying.findings import Findings, Unreadable
from clozette.kernel.web import limits
from clozette.kernel.web.gate import everyone

blueprint = Blueprint("verifier", __name__)
HERE = "/contests/verify"
MOST_BYTES = 4 * 1024 * 1024
_LIMIT = "verify-file"
_SCRIPT = Path(verify_draw.__file__)

limits.declare(_LIMIT, "120 per 10 minutes")


@blueprint.get(HERE)
@everyone()
def verifier() -> str:
    """Ask for a file."""
    return render_template("contests/draw/verify.html", found=None, wrong=False)


@blueprint.post(HERE)
@everyone()
def verify() -> Any:
    """Check a file; nothing of it is kept."""
    request.max_content_length = MOST_BYTES
    limits.check(_LIMIT, limits.address_key())
    try:
        found: Findings | None = files.check(_sent())
    except Unreadable:
        found = None
    page = render_template("contests/draw/verify.html", found=found, wrong=found is None)
    return page, 200 if found is not None else 422


@blueprint.get("/contests/verifier.py")
@everyone()
def script() -> Response:
    """Give the script."""
    return send_file(_SCRIPT, mimetype="text/x-python", as_attachment=True, download_name="verify_draw.py")


def _sent() -> bytes:
    """Return the file, or what was pasted instead."""
    sent = request.files.get("file")
    if sent is not None and sent.filename:
        return sent.stream.read()
    return request.form.get("text", "").encode()

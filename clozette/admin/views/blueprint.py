"""The blueprint that every page of the staff hangs on."""

from flask import Blueprint

blueprint = Blueprint("admin", __name__, url_prefix="/admin")

"""The blueprint that the pages of writing hang on."""

from flask import Blueprint

blueprint = Blueprint("campaigns", __name__, url_prefix="/marketing")
ROLE = "marketing"

"""The webhook that takes mails in, and the pages of staff."""

from clozette.newsletters.returns.views import staff, webhook

BLUEPRINTS = (webhook.blueprint, staff.blueprint)

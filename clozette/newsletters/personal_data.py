"""What the newsletters room keeps about people: one dictionary for each part."""

from clozette.kernel.personal import Declaration
from clozette.newsletters.campaigns.personal_data import CAMPAIGNS
from clozette.newsletters.mailchimp.personal_data import MAILCHIMP
from clozette.newsletters.reports.personal_data import REPORTS
from clozette.newsletters.returns.personal_data import RETURNS
from clozette.newsletters.sending.personal_data import SENDING
from clozette.newsletters.subscriptions.personal_data import SUBSCRIPTIONS
from clozette.newsletters.texts.personal_data import TEXTS

TABLES: Declaration = {**REPORTS, **SUBSCRIPTIONS, **MAILCHIMP, **CAMPAIGNS, **SENDING, **RETURNS, **TEXTS}

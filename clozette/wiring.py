"""The one page that knows every room: blueprints, event handlers, personal data, schedules."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from clozette.accounts import access as account_access
from clozette.accounts import events as account_events
from clozette.accounts import personal_data as accounts_data
from clozette.accounts import setup as accounts
from clozette.accounts import tasks as account_tasks
from clozette.accounts import views as account_views
from clozette.admin import views as admin_views
from clozette.api import openapi
from clozette.api import views as api_views
from clozette.closets import api as closets_api
from clozette.closets import arrivals as closets_arrivals
from clozette.closets import personal_data as closets_data
from clozette.closets import portability as closets_portability
from clozette.closets import tasks as closets_tasks
from clozette.closets import views as closets_views
from clozette.community import api as community_api
from clozette.community import badges, notifications
from clozette.community import events as community_events
from clozette.community import personal_data as community_data
from clozette.community import queries as community_queries
from clozette.community import services as community
from clozette.community import tasks as community_tasks
from clozette.community import views as community_views
from clozette.community import wording as community_wording
from clozette.contests import models as _contests  # noqa: F401 - so that the room's tables are known
from clozette.contests import personal_data as contests_data
from clozette.contests.drawing import api as draws_api
from clozette.contests.drawing import checks as draw_checks
from clozette.contests.drawing import events as draw_events
from clozette.contests.drawing import queries as draws
from clozette.contests.drawing import services as drawing
from clozette.contests.drawing import setup as drawing_setup
from clozette.contests.drawing import tasks as drawing_tasks
from clozette.contests.drawing import views as drawing_views
from clozette.contests.entering import api as entering_api
from clozette.contests.entering import events as entry_events
from clozette.contests.entering import freezing
from clozette.contests.entering import listeners as entry_listeners
from clozette.contests.entering import setup as entering
from clozette.contests.entering import staff_views as entering_staff
from clozette.contests.entering import tasks as entry_tasks
from clozette.contests.entering import told as entry_told
from clozette.contests.entering import views as entering_views
from clozette.contests.hosting import views as hosting_views
from clozette.contests.judging import setup as jury
from clozette.contests.judging import tasks as jury_tasks
from clozette.contests.judging import views as jury_views
from clozette.contests.planning import api as contests_api
from clozette.contests.planning import checks as contest_checks
from clozette.contests.planning import events as contest_events
from clozette.contests.planning import life
from clozette.contests.planning import tasks as planning_tasks
from clozette.contests.planning import views as planning_views
from clozette.contests.promotions import setup as promotions
from clozette.contests.promotions import views as promotion_views
from clozette.contests.reports import setup as contest_reports
from clozette.contests.sponsors import events as sponsor_events
from clozette.contests.sponsors import setup as sponsors_setup
from clozette.contests.sponsors import sharing
from clozette.contests.sponsors import tasks as sponsor_tasks
from clozette.contests.sponsors import views as sponsor_views
from clozette.contests.surveys import api as surveys_api
from clozette.contests.surveys import setup as surveys
from clozette.contests.surveys import tasks as survey_tasks
from clozette.contests.surveys import views as survey_views
from clozette.contests.voting import api as voting_api
from clozette.contests.voting import setup as voting
from clozette.contests.voting import tasks as voting_tasks
from clozette.contests.voting import views as voting_views
from clozette.contests.winning import api as winning_api
from clozette.contests.winning import erasure as winning_erasure
from clozette.contests.winning import events as winning_events
from clozette.contests.winning import services as winning
from clozette.contests.winning import setup as winning_setup
from clozette.contests.winning import tasks as winning_tasks
from clozette.contests.winning import views as winning_views
from clozette.kernel import checkup, events, tasks
from clozette.kernel import personal_data as kernel_data
from clozette.kernel.personal import Declaration
from clozette.kernel.ports import beacon, links
from clozette.kernel.web import api, pages, slots
from clozette.looks import api as looks_api
from clozette.looks import arrivals as look_arrivals
from clozette.looks import cards as look_cards
from clozette.looks import events as look_events
from clozette.looks import feed as look_feed
from clozette.looks import feed_api
from clozette.looks import personal_data as looks_data
from clozette.looks import portability as look_portability
from clozette.looks import rules as look_rules
from clozette.looks import tasks as look_tasks
from clozette.looks import views as look_views
from clozette.looks import wording as look_wording
from clozette.looks.services import erasure as look_erasure
from clozette.media import addresses as media_addresses
from clozette.media import events as media_events
from clozette.media import personal_data as media_data
from clozette.media import tasks as media_tasks
from clozette.media import views as media_views
from clozette.newsletters import models as _newsletters  # noqa: F401 - so that the room's tables are known
from clozette.newsletters import personal_data as newsletters_data
from clozette.newsletters.campaigns import events as campaign_events
from clozette.newsletters.campaigns import kinds as campaign_kinds
from clozette.newsletters.campaigns import personal as campaign_personal
from clozette.newsletters.campaigns import tasks as campaign_tasks
from clozette.newsletters.campaigns import views as campaign_views
from clozette.newsletters.campaigns.pictures import kind as campaign_pictures
from clozette.newsletters.campaigns.pictures import tasks as picture_tasks
from clozette.newsletters.leaving import alarm as leaving_alarm
from clozette.newsletters.leaving import preferences
from clozette.newsletters.leaving import views as leaving_views
from clozette.newsletters.mailchimp import setup as mailchimp
from clozette.newsletters.reports import tallies as report_tallies
from clozette.newsletters.reports import tasks as report_tasks
from clozette.newsletters.reports import tracking
from clozette.newsletters.reports.views import figures as reports_figures
from clozette.newsletters.reports.views import touches as reports_touches
from clozette.newsletters.reports.views import why as reports_why
from clozette.newsletters.returns import checks as return_checks
from clozette.newsletters.returns import events as return_events
from clozette.newsletters.returns import receiver, site_mail
from clozette.newsletters.returns import tasks as return_tasks
from clozette.newsletters.returns import views as return_views
from clozette.newsletters.returns.views import webhook as returned_mail
from clozette.newsletters.sending import checks as sending_checks
from clozette.newsletters.sending import engine as sending_engine
from clozette.newsletters.sending import events as sending_events
from clozette.newsletters.sending import senders
from clozette.newsletters.sending import services as sending
from clozette.newsletters.sending import tasks as sending_tasks
from clozette.newsletters.sending import values as sending_values
from clozette.newsletters.sending import views as sending_views
from clozette.newsletters.subscriptions import access as newsletters_access
from clozette.newsletters.subscriptions import api as newsletters_api
from clozette.newsletters.subscriptions import events as subscription_events
from clozette.newsletters.subscriptions import listeners as subscription_listeners
from clozette.newsletters.subscriptions import pending as pending_subscriptions
from clozette.newsletters.subscriptions import suppressions
from clozette.newsletters.subscriptions import tasks as subscription_tasks
from clozette.newsletters.subscriptions.imports import events as import_events
from clozette.newsletters.subscriptions.imports import tasks as import_tasks
from clozette.newsletters.subscriptions.views import account as own_newsletters
from clozette.newsletters.subscriptions.views import public as newsletters_public
from clozette.newsletters.subscriptions.views import staff as subscribers_views
from clozette.newsletters.texts import campaigns as text_campaigns
from clozette.newsletters.texts import checks as texts_checks
from clozette.newsletters.texts import eligibility as texts_eligibility
from clozette.newsletters.texts import engine as texts_engine
from clozette.newsletters.texts import events as text_events
from clozette.newsletters.texts import listeners as text_listeners
from clozette.newsletters.texts import tasks as text_tasks
from clozette.newsletters.texts.views import public as texts_public
from clozette.newsletters.texts.views import staff as texts_staff
from clozette.newsletters.texts.views import webhook as texts_webhook
from clozette.privacy import checks as privacy_checks
from clozette.privacy import consents, disclosures, purposes
from clozette.privacy import events as privacy_events
from clozette.privacy import personal_data as privacy_data
from clozette.privacy import views as privacy_views
from clozette.privacy.browsers import signals as browser_signals
from clozette.privacy.browsers import views as browser_views
from clozette.privacy.disclosures import checks as disclosure_checks
from clozette.privacy.ledger import adopt
from clozette.privacy.policies import events as policy_events
from clozette.privacy.policies import personal_data as policies_data
from clozette.privacy.policies import questions
from clozette.privacy.policies import views as policies_views
from clozette.rights import declared
from clozette.rights import personal_data as rights_data
from clozette.rights.bulk import selection
from clozette.rights.changes import tasks as change_tasks
from clozette.rights.changes import views as change_views
from clozette.rights.consents import api as consents_api
from clozette.rights.consents import views as consents_views
from clozette.rights.consents import withdrawals
from clozette.rights.desk import checks as desk_checks
from clozette.rights.desk import codes as desk_codes
from clozette.rights.desk import events as desk_events
from clozette.rights.desk import tasks as desk_tasks
from clozette.rights.desk import views as desk_views
from clozette.rights.disclosures import api as disclosures_api
from clozette.rights.disclosures import services as disclosed
from clozette.rights.disclosures import views as disclosures_views
from clozette.rights.erasure import checks as erasure_checks
from clozette.rights.erasure import events as erasure_events
from clozette.rights.erasure import executor as erasure
from clozette.rights.erasure import services as erasure_services
from clozette.rights.erasure import tasks as erasure_tasks
from clozette.rights.erasure import views as erasure_views
from clozette.rights.export import api as exports_api
from clozette.rights.export import events as export_events
from clozette.rights.export import portable, restore
from clozette.rights.export import tasks as export_tasks
from clozette.rights.export import views as export_views
from clozette.rights.guardians import events as guardian_events
from clozette.rights.guardians import services as guardians
from clozette.rights.guardians import tasks as guardian_tasks
from clozette.rights.guardians import views as guardian_views
from clozette.shop import models as _shop  # noqa: F401 - so that the room's tables are known
from clozette.shop import personal_data as shop_data
from clozette.shop import setup as shop
from clozette.shop.listings import api as listings_api
from clozette.shop.orders import api as orders_api

# What each room keeps about people; export, erasure and the notice run on this alone.
PERSONAL_DATA: dict[str, Declaration] = {
    "kernel": kernel_data.TABLES,
    "accounts": accounts_data.TABLES,
    "closets": closets_data.TABLES,
    "community": community_data.TABLES,
    "contests": contests_data.TABLES,
    "looks": looks_data.TABLES,
    "media": media_data.TABLES,
    "newsletters": newsletters_data.TABLES,
    "privacy": {**privacy_data.TABLES, **policies_data.TABLES},
    "rights": rights_data.TABLES,
    "shop": shop_data.TABLES,
}


# The rooms' JSON blueprints (<room>/api.py), in the order the API's page shows them.
JSON_BLUEPRINTS: tuple[api.Blueprint, ...] = (
    closets_api.blueprint,
    looks_api.blueprint,
    feed_api.blueprint,
    community_api.blueprint,
    disclosures_api.blueprint,
    exports_api.blueprint,
    consents_api.blueprint,
    newsletters_api.blueprint,
    contests_api.blueprint,
    surveys_api.blueprint,
    entering_api.blueprint,
    voting_api.blueprint,
    winning_api.blueprint,
    draws_api.blueprint,
    listings_api.blueprint,
    orders_api.blueprint,
)


def connect(app: Flask) -> None:
    """Plug every room into ``app``."""
    accounts.init_app(app)
    declared.init_app(app, PERSONAL_DATA)
    disclosures.init_app(app, PERSONAL_DATA.values())
    _answers(app)
    _contents(app)
    _pages(app)
    openapi.connect(app, JSON_BLUEPRINTS)
    _slots(app)
    _settings_pages(app)
    _listeners(app)
    _notifications(app)
    mailchimp.init_app(app)  # before the other steps of an erasure
    _erasure(app)
    _schedules(app)
    _checks(app)
    shop.init_app(app)


def _answers(app: Flask) -> None:
    """What lower rooms ask, and which upper room knows."""
    consents.ask_ages_of(app, account_access.is_minor_subject)
    disclosures.know_people(app, account_access.page_of_subject)
    consents.ask_lapses_of(app, questions.lapsed)
    consents.ask_lapses_of(app, guardians.lapsed)
    purposes.ask_at(app, "sms", texts_public.HERE)
    purposes.name_things(app, "newsletter", newsletters_access.title_of)
    purposes.name_things(app, "sponsor", sharing.title_of)
    purposes.explain_things(app, "sponsor", sharing.explain)
    purposes.close_things(app, "sponsor", sharing.is_open)
    purposes.name_things(app, "winner_name", sharing.title_of_contest)
    disclosures.ask_erasures_of(app, erasure_services.begun)
    desk_codes.spare(app, pending_subscriptions.known_addresses)
    desk_codes.spare(app, draws.known_addresses)
    selection.left_out_of_marketing(app, "email", suppressions.is_member_suppressed)
    selection.left_out_of_marketing(app, "sms", texts_eligibility.has_stopped)
    restore.settle_by(app, closets_arrivals.settle)
    restore.settle_by(app, look_arrivals.settle)
    portable.register(app, closets_portability.models)
    portable.register(app, look_portability.models)
    site_mail.init_app(app)
    winning_setup.init_app(app)
    surveys.init_app(app)
    promotions.init_app(app)


def _contents(app: Flask) -> None:
    """What photos, looks and campaigns are made of."""
    media_addresses.init_app(app)
    look_cards.init_app(app)
    campaign_kinds.init_app(app)
    campaign_pictures.init_app(app)
    links.init_app(app)
    entering.init_app(app)
    jury.init_app(app)
    voting.init_app(app)
    beacon.init_app(app)
    drawing_setup.init_app(app)
    contest_reports.init_app(app)
    sending_values.register(app, campaign_personal.values)
    sending_values.register(app, tracking.values)


def _slots(app: Flask) -> None:
    """What rooms show on pages of other rooms, and on all of them."""
    slots.init_app(app)
    slots.fill(app, "profile.marks", "community/_badges.html")
    slots.fill(app, "contest.facts", "contests/draw/_link.html")
    slots.fill(app, "marketing.contests", "marketing/contests/_figures.html")
    slots.fill(app, "privacy.ways", "rights/_changes_way.html")
    slots.fill(app, "settings.notes", "newsletters/_dead_address.html")
    slots.fill(app, "marketing.overview", "marketing/_overview.html")
    slots.fill(app, "marketing.campaign", "marketing/_sending.html")
    badges.init_app(app)
    pages.count_in_frame(app, "unread", community_queries.unread_count)
    sponsors_setup.init_app(app)
    browser_signals.init_app(app)


def _pages(app: Flask) -> None:
    for blueprint in (
        privacy_views.blueprint,
        consents_views.blueprint,
        guardian_views.blueprint,
        export_views.blueprint,
        policies_views.blueprint,
        browser_views.blueprint,
        change_views.blueprint,
        desk_views.blueprint,
        disclosures_views.blueprint,
        erasure_views.blueprint,
        media_views.blueprint,
        account_views.blueprint,
        community_views.blueprint,
        *closets_views.BLUEPRINTS,
        *look_views.BLUEPRINTS,
        newsletters_public.blueprint,
        texts_public.blueprint,
        texts_staff.blueprint,
        own_newsletters.blueprint,
        subscribers_views.blueprint,
        sending_views.blueprint,
        reports_why.blueprint,
        reports_touches.blueprint,
        reports_figures.blueprint,
        *campaign_views.BLUEPRINTS,
        *return_views.BLUEPRINTS,
        *sponsor_views.BLUEPRINTS,
        *drawing_views.BLUEPRINTS,
        *planning_views.BLUEPRINTS,
        entering_views.blueprint,
        entering_staff.blueprint,
        *voting_views.BLUEPRINTS,
        *winning_views.BLUEPRINTS,
        *jury_views.BLUEPRINTS,
        *survey_views.BLUEPRINTS,
        *promotion_views.BLUEPRINTS,
        *hosting_views.BLUEPRINTS,
        admin_views.blueprint,
        api_views.blueprint,
    ):
        app.register_blueprint(blueprint)
    leaving_views.init_app(app)
    preferences.init_app(app)
    texts_webhook.init_app(app)
    returned_mail.init_app(app)


def _settings_pages(app: Flask) -> None:
    """What upper rooms add to the page of settings."""
    accounts.add_settings_page(app, "/follow-requests", _l("Who may follow you"))
    accounts.add_settings_page(app, "/points", _l("Points"))
    accounts.add_settings_page(app, "/settings/newsletters", _l("Newsletters"))
    accounts.add_settings_page(app, "/preferences", _l("What we send you"))
    accounts.add_settings_page(app, "/texts", _l("Text messages"))


def _listeners(app: Flask) -> None:
    """Who hears which event: inside the transaction, or as a task after the commit."""
    events.listen(app, export_events.ExportAsked, after=(export_tasks.make_export, export_tasks.tell_asked))
    events.listen(app, export_events.ExportFetched, after=(export_tasks.tell_fetched,))
    events.listen(app, privacy_events.ConsentEnded, inside=(withdrawals.tell_recipients,))
    events.listen(app, guardian_events.GuardianAsked, after=(guardian_tasks.send_question,))
    events.listen(app, guardian_events.GuardianAgreed, after=(guardian_tasks.send_way_back,))
    events.listen(app, media_events.PhotoAdded, after=(media_tasks.make_ladder,))
    events.listen(app, media_events.PhotoRemoved, after=(media_tasks.remove_files,))
    events.listen(app, erasure_events.ErasureAsked, after=(erasure_tasks.tell_asked,))
    events.listen(app, erasure_events.ErasureUndone, after=(erasure_tasks.tell_undone,))
    events.listen(app, account_events.TicketMade, after=(account_tasks.send_ticket,))
    events.listen(app, desk_events.CodeMade, after=(desk_tasks.send_code,))
    events.listen(app, desk_events.RequestReceived, after=(desk_tasks.send_receipt,))
    events.listen(app, desk_events.RequestAnswered, after=(desk_tasks.send_answer,))
    events.listen(app, account_events.AddressChangeAsked, after=(account_tasks.tell_address_will_change,))
    events.listen(app, account_events.AddressChanged, after=(account_tasks.tell_former_address,))
    events.listen(app, account_events.CredentialsChanged, after=(account_tasks.tell_credentials_changed,))
    events.listen(app, policy_events.PolicyPublished, after=(change_tasks.announce,))
    events.listen(app, account_events.DetailChanged, inside=(disclosed.tell_of_correction,))
    events.listen(app, account_events.MemberBlocked, inside=(community.part,))
    events.listen(app, community_events.MemberFollowed, after=(community_tasks.tell_followed,))
    events.listen(app, community_events.FollowRequested, after=(community_tasks.tell_requested,))
    events.listen(app, community_events.FollowAccepted, after=(community_tasks.tell_accepted,))
    events.listen(app, community_events.BadgeGiven, after=(community_tasks.tell_badge,))
    events.listen(app, contest_events.ContestJudged, inside=(winning.choose,))
    events.listen(app, contest_events.ContestAnnounced, inside=(winning.announce,))
    events.listen(app, winning_events.WinnerNotified, after=(winning_tasks.tell_winner,))
    events.listen(app, winning_events.WinnerMoved, after=(winning_tasks.tell_winner_moved,))
    events.listen(app, winning_events.WinnerReminded, after=(winning_tasks.remind_winner,))
    events.listen(app, account_events.MemberDeactivated, inside=(look_feed.retire,))
    events.listen(app, account_events.MemberReactivated, inside=(erasure_services.refuse_return, look_feed.recall))
    events.listen(app, contest_events.ContestPublished, inside=(drawing.promise,))
    events.listen(app, draw_events.WitnessNamed, after=(drawing_tasks.tell_witness,))
    events.listen(app, contest_events.ContestOpened, inside=(drawing.open_,))
    events.listen(app, contest_events.RulesChanged, inside=(drawing.follow_rules,))
    events.listen(app, look_events.LookLoved, after=(look_tasks.tell_loved,))
    events.listen(app, campaign_events.CampaignLate, after=(campaign_tasks.tell_late,))
    events.listen(app, look_events.CommentMade, after=(look_tasks.tell_commented,))
    events.listen(app, subscription_events.SubscriptionChanged, inside=(sending.skip_left,))
    events.listen(app, subscription_events.ContactSuppressed, inside=(sending.skip_suppressed,))
    events.listen(app, return_events.ReturnKept, after=(return_tasks.read_return,))
    events.listen(app, sending_events.CampaignStarted, inside=(tracking.keep_links,))
    events.listen(app, subscription_events.ContactGoes, inside=(report_tallies.keep_counts,))
    events.listen(app, privacy_events.ConsentEnded, inside=(report_tallies.forget_touches,))
    events.listen(app, subscription_events.SignUpMade, after=(subscription_tasks.ask_to_confirm,))
    events.listen(app, import_events.ImportMade, after=(import_tasks.check_import,))
    events.listen(app, import_events.ImportAsked, after=(import_tasks.run_import,))
    events.listen(app, privacy_events.ConsentEnded, inside=(subscription_listeners.end_with_consent,))
    events.listen(app, privacy_events.ConsentEnded, inside=(text_listeners.end_with_consent,))
    events.listen(app, sending_events.DatabaseRestored, inside=(text_listeners.hold,))
    senders.watch_over(app, text_campaigns.is_under_way)
    events.listen(app, text_events.PhoneCodeMade, after=(text_tasks.text_code,))
    events.listen(app, text_events.TextLate, after=(text_tasks.tell_late_text,))
    events.listen(app, text_events.TextHeard, after=(text_tasks.text_answer,))
    events.listen(app, account_events.AddressChanged, inside=(subscription_listeners.follow_address,))
    events.listen(app, account_events.MemberConfirmed, inside=(subscription_listeners.know_member,))
    _contest_listeners(app)


def _contest_listeners(app: Flask) -> None:
    """Who hears what happens in contests."""
    jury.listen(app)
    events.listen(app, sponsor_events.HandoutMade, after=(sponsor_tasks.tell_sponsor,))
    events.listen(app, sponsor_events.PersonLetIn, after=(sponsor_tasks.tell_let_in,))
    events.listen(app, sponsor_events.SendingAsked, after=(sponsor_tasks.send_handout,))
    events.listen(app, sponsor_events.HookSet, after=(sponsor_tasks.try_hook,))
    life.block(app, "judged", "entries", freezing.not_frozen)
    events.listen(app, contest_events.ContestAnnounced, inside=(voting_tasks.forget_networks,))
    events.listen(app, contest_events.ContestCancelled, inside=(voting_tasks.forget_networks,))
    events.listen(app, entry_events.EntryMade, after=(entry_tasks.send_receipt,))
    events.listen(app, entry_events.EntryLeft, inside=(winning.let_entry_go,), after=(entry_tasks.tell_left,))
    events.listen(app, privacy_events.ConsentEnded, inside=(entry_listeners.leave_with_yes,))
    events.listen(app, look_events.LookChanging, inside=(entry_listeners.keep_as_at_close,))
    events.listen(app, look_events.LookHidden, inside=(entry_listeners.leave_with_look,))
    events.listen(
        app, contest_events.RulesChanged, inside=(entry_listeners.ask_again,), after=(entry_tasks.ask_entrants,)
    )
    events.listen(app, contest_events.ContestClosed, after=(entry_tasks.freeze,))
    events.listen(app, contest_events.ContestCancelled, after=(entry_tasks.release_cancelled,))


def _erasure(app: Flask) -> None:
    """What rooms do at an erasure beyond what they declare."""
    erasure.register(app, erasure.Step("looks", look_erasure.take_back_loves))
    erasure.register(app, erasure.Step("newsletters", subscription_listeners.forget))
    erasure.register(app, erasure.Step("texts", text_listeners.forget))
    erasure.register(app, erasure.Step("contest_winners", winning_erasure.forget))
    erasure.register(app, erasure.Step("newsletter_reports", report_tallies.forget))
    erasure.register(app, erasure.Step("contest_entries", entry_listeners.forget))


def _notifications(app: Flask) -> None:
    """Who words which kind of notification."""
    notifications.register(app, "followed", community_wording.followed)
    notifications.register(app, "follow_requested", community_wording.follow_requested)
    notifications.register(app, "request_accepted", community_wording.request_accepted)
    notifications.register(app, community_wording.BADGE, community_wording.badge_given)
    notifications.register(app, look_rules.LOVED, look_wording.loved)
    notifications.register(app, look_rules.COMMENTED, look_wording.commented)
    notifications.register(app, entry_told.ASKED, entry_told.asked)
    notifications.register(app, entry_told.LEFT, entry_told.left)


def _schedules(app: Flask) -> None:
    """What runs by the clock (UTC), and what workers do all the time."""
    tasks.keep_doing(app, "privacy.sequence", adopt.step)
    sending_engine.init_app(app)
    texts_engine.init_app(app)
    receiver.init_app(app)
    tasks.schedule(app, "55 4 * * *", return_tasks.sweep_returns)
    tasks.schedule(app, "5 0 * * *", report_tasks.count_heads)
    tasks.schedule(app, "5 5 * * *", report_tasks.sweep_touches)
    tasks.schedule(app, "45 4 * * *", sending_tasks.sweep_paces)
    tasks.schedule(app, "35 4 * * *", picture_tasks.sweep_pictures)
    tasks.schedule(app, "1 0 * * *", guardian_tasks.sweep)
    tasks.schedule(app, "* * * * *", campaign_tasks.start_due)
    tasks.schedule(app, "* * * * *", text_tasks.start_due_texts)
    tasks.schedule(app, "* * * * *", planning_tasks.turn_due)
    tasks.schedule(app, "17 * * * *", jury_tasks.remind_judges)
    tasks.schedule(app, "*/5 * * * *", entry_tasks.release_unanswered)
    tasks.schedule(app, "50 4 * * *", entry_tasks.forget_photos)
    tasks.schedule(app, "* * * * *", voting_tasks.freeze_due)
    tasks.schedule(app, "*/5 * * * *", voting_tasks.watch_votes)
    tasks.schedule(app, "* * * * *", drawing_tasks.take_due)
    tasks.schedule(app, "50 3 * * *", account_tasks.sweep)
    tasks.schedule(app, "25 * * * *", erasure_tasks.execute_due)
    tasks.schedule(app, "30 4 * * *", erasure_tasks.end_restrictions)
    tasks.schedule(app, "40 4 * * *", erasure_tasks.erase_unconfirmed)
    tasks.schedule(app, "10 4 * * *", community_tasks.sweep)
    tasks.schedule(app, "12 0 * * *", community_tasks.expire_points)
    tasks.schedule(app, "33 * * * *", winning_tasks.tend_prizes)
    tasks.schedule(app, "52 4 * * *", survey_tasks.forget_takers)
    tasks.schedule(app, "57 4 * * *", sponsor_tasks.end_terms)
    tasks.schedule(app, "15 4 * * *", desk_tasks.sweep_codes)
    tasks.schedule(app, "*/10 * * * *", desk_tasks.watch_clocks)
    tasks.schedule(app, "*/10 * * * *", leaving_alarm.watch)
    tasks.schedule(app, "*/5 * * * *", change_tasks.sweep)
    tasks.schedule(app, "7 * * * *", tasks.sweep_tasks)
    tasks.schedule(app, "17 * * * *", export_tasks.sweep)
    tasks.schedule(app, "20 4 * * *", media_tasks.sweep_orphans)
    tasks.schedule(app, "25 4 * * *", text_tasks.forget_codes)
    tasks.schedule(app, "35 3 * * *", closets_tasks.sweep_uploads)
    tasks.schedule(app, "40 * * * *", subscription_tasks.expire_pending)
    tasks.schedule(app, "45 3 * * *", import_tasks.forget_imports)


def _checks(app: Flask) -> None:
    """What the doctor asks of each room."""
    checkup.add(app, "ledger", privacy_checks.ledger)
    checkup.add(app, "disclosures", disclosure_checks.disclosures)
    checkup.add(app, "erasures", erasure_checks.erasures)
    checkup.add(app, "desk", desk_checks.clocks)
    checkup.add(app, "newsletters", sending_checks.sending)
    checkup.add(app, "dns", sending_checks.domains)
    checkup.add(app, "leaving", leaving_alarm.check)
    checkup.add(app, "texts", texts_checks.texts)
    checkup.add(app, "returns", return_checks.check)
    checkup.add(app, "contests", contest_checks.contests)
    checkup.add(app, "draws", draw_checks.draws)

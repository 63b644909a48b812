"""Who gets what. One line for each method and address, one column for each kind of person:

guest · unconfirmed · member · owner (of the thing in braces) · blocked (by the owner) · minor · moderator · admin

``login`` and ``confirm`` mean: sent there first; ``verify``: asked to prove again who one is. A deed is tried with an empty
form unless a line gives one; 422 then means that the person may do it, with better words. The forbidden and the unknown
are both 404.
"""

from dataclasses import dataclass
from urllib.parse import parse_qsl

from tests.house.world import ROLES


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    method: str
    address: str
    expected: dict[str, str]
    data: dict[str, str]

    def __str__(self) -> str:
        """Return what identifies it."""
        return f"{self.method} {self.address}"


TABLE = """
# the site itself
GET    /.well-known/change-password                   303     303     303     303     303     303     303     303
GET    /.well-known/clozette-ledger.json              404     404     404     404     404     404     404     404
GET    /healthz                                       200     200     200     200     200     200     200     200
GET    /readyz                                        200     200     200     200     200     200     200     200
GET    /metrics                                       404     404     404     404     404     404     404     404
GET    /manifest.webmanifest                          200     200     200     200     200     200     200     200
GET    /static/icons/sprite.svg                       200     200     200     200     200     200     200     200
GET    /policy                                        200     200     200     200     200     200     200     200
GET    /policy/2012-10-03                             200     200     200     200     200     200     200     200
GET    /policy/2012-10-03...2017-12-12                200     200     200     200     200     200     200     200
GET    /terms                                         200     200     200     200     200     200     200     200
GET    /terms/2026-11-22                              200     200     200     200     200     200     200     200
GET    /cookies                                       200     200     200     200     200     200     200     200
GET    /.well-known/gpc.json                          200     200     200     200     200     200     200     200
GET    /.well-known/security.txt                      200     200     200     200     200     200     200     200
GET    /privacy/changes                               303     200     200     200     200     200     200     200
POST   /privacy/changes                               303     422     422     422     422     422     422     422
POST   /terms/acceptance                              login   422     422     422     422     422     422     422
GET    /api/docs                                      200     200     200     200     200     200     200     200
GET    /api/v1/openapi.json                           200     200     200     200     200     200     200     200

# the shop and selling
GET    /shop                                          200     200     200     200     200     200     200     200
GET    /shop/{listing}                                200     200     200     200     404     200     200     200
GET    /shop/{paused_listing}                         404     404     404     200     404     404     404     404
GET    /@{owner}/shop                                 200     200     200     200     404     200     200     200
GET    /items/{unsold}/sell                           login   confirm 404     200     404     404     404     404
POST   /items/{unsold}/sell                           login   confirm 404     422     404     404     404     404
GET    /selling                                       login   confirm 303     200     303     303     303     303
GET    /selling/start                                 login   confirm 200     200     200     200     200     200
POST   /selling/start                                 login   confirm 422     422     422     422     422     422
GET    /selling/rates                                 login   confirm 404     200     404     404     404     404
POST   /selling/rates                                 login   confirm 404     422     404     404     404     404
POST   /selling/rates/DE                              login   confirm 404     303     404     404     404     404     _method=DELETE
DELETE /selling/rates/GB                              login   confirm 404     303     404     404     404     404
GET    /selling/listings                              login   confirm 404     200     404     404     404     404
GET    /selling/listings/{edited_listing}/edit        login   confirm 404     200     404     404     404     404
POST   /selling/listings/{edited_listing}/edit        login   confirm 404     422     404     404     404     404
GET    /selling/listings/{edited_listing}/file           login   confirm 404     200     404     404     404     404
POST   /selling/listings/{edited_listing}/pause       login   confirm 404     303     404     404     404     404
POST   /selling/listings/{paused_listing}/resume      login   confirm 404     303     404     404     404     404
POST   /selling/listings/{removed_listing}/remove     login   confirm 404     303     404     404     404     404
DELETE /selling/listings/{deleted_listing}/remove     login   confirm 404     303     404     404     404     404
GET    /selling/products                              login   confirm 404     200     404     404     404     404
GET    /selling/products/new                          login   confirm 404     200     404     404     404     404
POST   /selling/products/new                          login   confirm 404     422     404     404     404     404
GET    /selling/products/{product}/edit               login   confirm 404     200     404     404     404     404
POST   /selling/products/{product}/edit               login   confirm 404     422     404     404     404     404
POST   /selling/products/{product}/pause              login   confirm 404     303     404     404     404     404
POST   /selling/products/{paused_product}/resume      login   confirm 404     303     404     404     404     404
POST   /selling/products/{removed_product}/remove     login   confirm 404     303     404     404     404     404
DELETE /selling/products/{deleted_product}/remove     login   confirm 404     303     404     404     404     404
GET    /cart                                          login   confirm 200     200     200     200     200     200
POST   /cart                                          login   confirm 422     422     422     422     422     422
POST   /cart/{wanted}                                 login   confirm 404     303     404     404     404     404     quantity=2
DELETE /cart/{wanted}                                 login   confirm 404     303     404     404     404     404
GET    /checkout                                      login   confirm 303     303     303     303     303     303
GET    /checkout?seller={merchant}                    login   confirm 200     200     200     200     200     200
POST   /checkout                                      login   confirm 422     422     422     422     422     422
GET    /checkout/pay/{held_order}                     login   confirm 404     303     404     404     404     404
GET    /checkout/return?order={held_order}            login   confirm 404     200     404     404     404     404
GET    /checkout/cancel/{held_order}                  login   confirm 404     200     404     404     404     404
POST   /checkout/cancel/{held_order}                  login   confirm 404     303     404     404     404     404
GET    /orders                                        login   confirm 200     200     200     200     200     200
GET    /orders/{held_order}                           login   confirm 404     200     404     404     404     404
GET    /settings/shopping                             login   confirm 200     200     200     200     200     200
POST   /settings/shopping                             login   confirm 303     303     303     303     303     303
DELETE /settings/shopping                             login   confirm 303     303     303     303     303     303
GET    /admin/shop/tastes                             login   404     404     404     404     404     404     200
POST   /orders/{file_order}/files/{file_line}            login   confirm 404     200     404     404     404     404
POST   /orders/{sent_order}/cancel                       login   confirm 404     409     404     404     404     404
POST   /orders/{sent_order}/received                  login   confirm 404     303     404     404     404     404
GET    /swaps                                         login   confirm 200     200     200     200     200     200
GET    /swaps/new?for={to_swap}                       login   confirm 200     200     200     200     200     200
GET    /swaps/new?counter={swap}                      login   confirm 404     200     404     404     404     404
POST   /swaps                                         login   confirm 404     404     404     404     404     404
GET    /swaps/circles                                 login   confirm 200     200     200     200     200     200
POST   /swaps/circles                                 login   confirm 422     422     422     422     422     422
POST   /shop/{to_swap}/want                           login   confirm 303     303     303     409     303     303
DELETE /shop/{to_swap}/want                           login   confirm 303     303     303     303     303     303
GET    /swaps/{swap}                                  login   confirm 404     200     404     404     404     404
POST   /swaps/{swap}/yes                              login   confirm 404     422     404     404     404     404
POST   /swaps/{swap}/no                               login   confirm 404     303     404     404     404     404
GET    /offers                                        login   confirm 200     200     200     200     200     200
GET    /offers/new?listing={wanted}                   login   confirm 200     200     200     200     200     200
POST   /offers                                        login   confirm 422     422     422     422     422     422
GET    /offers/{open_offer}                           login   confirm 404     200     404     404     404     404
POST   /offers/{open_offer}/counter                   login   confirm 404     422     404     404     404     404
POST   /offers/{open_offer}/accept                    login   confirm 404     409     404     404     404     404
POST   /offers/{open_offer}/decline                   login   confirm 404     409     404     404     404     404
POST   /offers/{open_offer}/withdraw                  login   confirm 404     303     404     404     404     404     seen=open.1
GET    /selling/bundles                               login   confirm 404     200     404     404     404     404
POST   /selling/bundles                               login   confirm 404     422     404     404     404     404
POST   /selling/bundles/2                             login   confirm 404     303     404     404     404     404     _method=DELETE
DELETE /selling/bundles/3                             login   confirm 404     303     404     404     404     404
GET    /selling/offers                                login   confirm 404     200     404     404     404     404
GET    /selling/orders                                login   confirm 404     200     404     404     404     404
GET    /orders/{sent_order}/review                    login   confirm 404     200     404     404     404     404
POST   /orders/{sent_order}/review                    login   confirm 404     422     404     404     404     404
GET    /selling/orders/{sold_order}/review            login   confirm 404     200     404     404     404     404
POST   /selling/orders/{sold_order}/review            login   confirm 404     422     404     404     404     404
GET    /@{owner}/reviews                              200     200     200     200     404     200     200     200
POST   /admin/shop/reviews/{review}/hiding            login   404     404     404     404     404     422     422
GET    /orders/{sent_order}/case                      login   confirm 404     200     404     404     404     404
POST   /orders/{sent_order}/case                      login   confirm 404     422     404     404     404     404
GET    /cases/{case}                                  login   confirm 404     200     404     404     404     404
POST   /cases/{case}/words                            login   confirm 404     422     404     404     404     404
POST   /cases/{case}/withdraw                         login   confirm 404     303     404     404     404     404
POST   /cases/{case}/settle                           login   confirm 404     409     404     404     404     404
POST   /cases/{case}/accept                           login   confirm 404     409     404     404     404     404
POST   /cases/{case}/appeal                           login   confirm 404     422     404     404     404     404
POST   /cases/{case}/address                          login   confirm 404     409     404     404     404     404
POST   /cases/{case}/sent                             login   confirm 404     422     404     404     404     404
POST   /cases/{case}/back                             login   confirm 404     409     404     404     404     404
POST   /cases/{case}/objection                        login   confirm 404     409     404     404     404     404
GET    /admin/shop/cases                              login   404     404     404     404     404     200     200
GET    /admin/shop/cases/{case}                       login   404     404     404     404     404     200     200
POST   /admin/shop/cases/{case}/take                  login   404     404     404     404     404     303     303
POST   /admin/shop/cases/{case}/proof                 login   404     404     404     404     404     422     422
POST   /admin/shop/cases/{case}/decision              login   404     404     404     404     404     422     422
GET    /selling/orders/{sold_order}                   login   confirm 404     200     404     404     404     404
GET    /orders/{file_order}/receipt.pdf                  login   confirm 404     200     404     404     404     404
GET    /selling/orders/{sold_order}/slip.pdf             login   confirm 404     200     404     404     404     404
GET    /selling/orders/{sold_order}/slip              login   confirm 404     200     404     404     404     404
POST   /selling/orders/{sold_order}/ship              login   confirm 404     422     404     404     404     404
POST   /selling/orders/{sold_order}/refund            login   confirm 404     422     404     404     404     404
POST   /selling/orders/{sold_order}/cancel            login   confirm 404     409     404     404     404     404
GET    /api/v1/orders                                 401     403     200     200     200     200     200     200
GET    /api/v1/orders?side=sold                       401     403     200     200     200     200     200     200
GET    /api/v1/orders/{sold_order}                    401     403     404     200     404     404     404     404
GET    /api/v1/listings                               200     200     200     200     200     200     200     200
GET    /api/v1/listings/{listing}                     200     200     200     200     404     200     200     200
POST   /api/v1/listings                               401     403     422     422     422     422     422     422
PATCH  /api/v1/listings/{patched_listing}             401     403     404     200     404     404     404     404

# contests
GET    /contests                                      200     200     200     200     200     200     200     200
GET    /contests/{contest}                            200     200     200     200     200     200     200     200
GET    /contests/{contest}/rules                      200     200     200     200     200     200     200     200
GET    /contests/{contest}/rules/1                    200     200     200     200     200     200     200     200
GET    /api/v1/contests                               200     200     200     200     200     200     200     200
GET    /api/v1/contests/{contest}                     200     200     200     200     200     200     200     200
GET    /marketing/contests                            login   404     404     404     404     404     404     200
GET    /marketing/contests/new                        login   404     404     404     404     404     404     200
POST   /marketing/contests/new                        login   404     404     404     404     404     404     422
GET    /marketing/contests/{contest_id}               login   404     404     404     404     404     404     200
GET    /marketing/contests/{contest_id}/edit          login   404     404     404     404     404     404     200
POST   /marketing/contests/{contest_id}/edit          login   404     404     404     404     404     404     422
GET    /marketing/contests/{contest_draft}/rules      login   404     404     404     404     404     404     200
POST   /marketing/contests/{contest_draft}/rules      login   404     404     404     404     404     404     422
GET    /marketing/contests/{contest_draft}/check      login   404     404     404     404     404     404     200
POST   /marketing/contests/{contest_draft}/check      login   404     404     404     404     404     404     422
POST   /marketing/contests/{contest_id}/state         login   404     404     404     404     404     404     422
POST   /marketing/contests/{contest_id}/cancellation  login   404     404     404     404     404     404     422
GET    /contests/{drawn}/draw                         200     200     200     200     200     200     200     200
GET    /contests/{drawn}/draw.json                    200     200     200     200     200     200     200     200
GET    /api/v1/contests/{drawn}/draw                  200     200     200     200     200     200     200     200
GET    /contests/verify                               200     200     200     200     200     200     200     200
POST   /contests/verify                               422     422     422     422     422     422     422     422
GET    /contests/verifier.py                          200     200     200     200     200     200     200     200
GET    /witness/{witness_token}                       200     200     200     200     200     200     200     200
POST   /witness/{witness_token}                       422     422     422     422     422     422     422     422
GET    /marketing/contests/{drawn_id}/draw            login   404     404     404     404     404     404     200
POST   /marketing/contests/{drawn_id}/draw            login   404     404     404     404     404     404     422
POST   /marketing/contests/{drawn_id}/draw/witness    login   404     404     404     404     404     404     422
POST   /marketing/contests/{drawn_id}/draw/witness/dismissal login 404 404    404     404     404     404     409
GET    /contests/{judged}/judging                      login   confirm 404     200     404     404     404     404
POST   /contests/{judged}/judging                      login   confirm 404     422     404     404     404     404
GET    /contests/{judged}/judging/1                    login   confirm 404     200     404     404     404     404
POST   /contests/{judged}/judging/1                    login   confirm 404     404     404     404     404     404
GET    /contests/{judged}/judging/1/1                  login   confirm 404     200     404     404     404     404
POST   /contests/{judged}/judging/1/1                  login   confirm 404     422     404     404     404     404
POST   /contests/{judged}/judging/1/1/recusal          login   confirm 404     303     404     404     404     404
GET    /contests/{tallied}/ballots                     200     200     200     200     200     200     200     200
GET    /contests/{tallied}/ballots.json                200     200     200     200     200     200     200     200
GET    /marketing/contests/{judged_id}/judging         login   404     404     404     404     404     404     200
POST   /marketing/contests/{judged_id}/judging/judges  login   404     404     404     404     404     404     422
POST   /marketing/contests/{judged_id}/judging/judges/{jury_seat}/drop login 404 404   404     404     404     404     422
POST   /marketing/contests/{judged_id}/judging/rounds  login   404     404     404     404     404     404     422
POST   /marketing/contests/{judged_id}/judging/rounds/{jury_round} login 404 404       404     404     404     404     303
POST   /marketing/contests/{judged_id}/judging/rounds/{jury_round} login 404 404       404     404     404     404     409     _method=DELETE
DELETE /marketing/contests/{judged_id}/judging/rounds/{jury_round} login 404 404       404     404     404     404     409
POST   /marketing/contests/{judged_id}/judging/rounds/{jury_round}/opening login 404 404 404   404     404     404     409
POST   /marketing/contests/{judged_id}/judging/rounds/{jury_round}/end login 404 404   404     404     404     404     409
POST   /marketing/contests/{judged_id}/judging/rounds/{jury_round}/due login 404 404   404     404     404     404     422
POST   /marketing/contests/{judged_id}/judging/rounds/{jury_round}/quorum login 404 404 404    404     404     404     422
GET    /contests/{won}/results                        200     200     200     200     200     200     200     200
GET    /contests/{won}/prize                          login   confirm 404     200     404     404     404     404
POST   /contests/{won}/prize                          login   confirm 404     422     404     404     404     404
POST   /contests/{won}/prize/answer                   login   confirm 404     422     404     404     404     404
POST   /contests/{won}/prize/arrival                  login   confirm 404     409     404     404     404     404
GET    /api/v1/prizes                                 401     403     200     200     200     200     200     200
GET    /marketing/contests/{won_id}/winners           login   404     404     404     404     404     404     200
POST   /marketing/contests/{won_id}/winners/{winner}/deeds login 404  404     404     404     404     404     422
GET    /marketing/contests/{won_id}/winners/{winner}/address login 404 404    404     404     404     404     200
POST   /marketing/contests/{won_id}/winners/{winner}/address login 404 404    404     404     404     404     422
GET    /points                                        login   confirm 200     200     200     200     200     200
GET    /@{owner}/badges                               200     200     200     200     404     200     200     200
GET    /admin/badges                                  login   404     404     404     404     404     404     200
POST   /admin/badges/{badge}/revocation               login   404     404     404     404     404     404     422
GET    /admin/points                                  login   404     404     404     404     404     404     200
POST   /admin/points/{points}/reversal                login   404     404     404     404     404     404     422
GET    /marketing/contests/{contest_id}/entries       login   404     404     404     404     404     404     200
POST   /marketing/contests/{contest_id}/entries/{entry}/disqualification login 404 404 404 404  404     404     422
GET    /contests/mine                                 login   confirm 200     200     200     200     200     200
GET    /contests/{contest}/entries                    200     200     200     200     200     200     200     200
GET    /contests/{contest}/entries/new                login   confirm 200     303     200     200     200     200
POST   /contests/{contest}/entries                    login   confirm 422     422     422     422     422     422
GET    /contests/{contest}/entries/{entry}            200     200     200     200     404     200     200     200
POST   /contests/{contest}/entries/{entry}            login   confirm 404     303     404     404     404     404
POST   /contests/{contest}/entries/{entry}            login   confirm 404     303     404     404     404     404     _method=DELETE
DELETE /contests/{contest}/entries/{entry}            login   confirm 404     303     404     404     404     404
POST   /contests/{contest}/entries/{entry}/rules      login   confirm 404     422     404     404     404     404
GET    /api/v1/contests/{contest}/entries             401     403     200     200     200     200     200     200
GET    /api/v1/contests/{contest}/entries/new         401     403     200     200     200     200     200     200
POST   /api/v1/contests/{contest}/entries             401     403     422     422     422     422     422     422
GET    /api/v1/contests/{contest}/entries/{entry}     401     403     200     200     404     200     200     200
DELETE /api/v1/contests/{contest}/entries/{entry}     401     403     404     200     404     404     404     404
POST   /api/v1/contests/{contest}/entries/{entry}/rules 401   403     422     422     422     422     422     422
GET    /contests/{polled}/votes                       200     200     200     200     200     200     200     200
GET    /contests/{polled}/votes.json                  200     200     200     200     200     200     200     200
GET    /contests/{polled}/votes/check                 422     422     422     422     422     422     422     422
POST   /contests/{polled}/entries/{polled_entry}/vote login   confirm 409     409     404     409     409     409
POST   /contests/{polled}/entries/{polled_entry}/vote login   confirm 303     303     404     303     303     303     _method=DELETE
DELETE /contests/{polled}/entries/{polled_entry}/vote login   confirm 303     303     404     303     303     303
GET    /api/v1/contests/{polled}/votes                401     403     200     200     200     200     200     200
POST   /api/v1/contests/{polled}/entries/{polled_entry}/vote 401 403  409     409     404     409     409     409
DELETE /api/v1/contests/{polled}/entries/{polled_entry}/vote 401 403  200     200     404     200     200     200
GET    /marketing/contests/{polled_id}/votes          login   404     404     404     404     404     404     200
POST   /marketing/contests/{polled_id}/votes          login   404     404     404     404     404     404     422

# surveys
GET    /surveys                                       200     200     200     200     200     200     200     200
GET    /surveys/{survey}                              200     200     200     200     200     200     200     200
POST   /surveys/{survey}                              login   confirm 422     422     422     422     422     422
GET    /surveys/{survey_over}/results                 200     200     200     200     200     200     200     200
GET    /api/v1/surveys/{survey_over}                  200     200     200     200     200     200     200     200
GET    /api/v1/surveys/{survey}/answers/new           401     403     200     200     200     200     200     200
POST   /api/v1/surveys/{survey}/answers               401     403     422     422     422     422     422     422
GET    /marketing/surveys                             login   404     404     404     404     404     404     200
GET    /marketing/surveys/new                         login   404     404     404     404     404     404     200
POST   /marketing/surveys/new                         login   404     404     404     404     404     404     422
GET    /marketing/surveys/{survey_draft}              login   404     404     404     404     404     404     200
GET    /marketing/surveys/{survey_draft}/edit         login   404     404     404     404     404     404     200
POST   /marketing/surveys/{survey_draft}/edit         login   404     404     404     404     404     404     422
POST   /marketing/surveys/{survey_draft}/state        login   404     404     404     404     404     404     422
GET    /marketing/surveys/{survey_draft}/questions/new login  404     404     404     404     404     404     200
POST   /marketing/surveys/{survey_draft}/questions/new login  404     404     404     404     404     404     422
GET    /marketing/surveys/{survey_draft}/questions/{question} login 404 404   404     404     404     404     200
POST   /marketing/surveys/{survey_draft}/questions/{question} login 404 404   404     404     404     404     422
DELETE /marketing/surveys/{survey_draft}/questions/{question} login 404 404   404     404     404     404     422
GET    /marketing/surveys/{survey_over_id}/results    login   404     404     404     404     404     404     200
GET    /marketing/surveys/{survey_over_id}/codebook.csv login 404     404     404     404     404     404     200
GET    /marketing/surveys/{survey_over_id}/tables.csv login   404     404     404     404     404     404     200
POST   /marketing/surveys/{survey_over_id}/answers.csv login  404     404     404     404     404     404     422

# promotions
GET    /promotions                                    200     200     200     200     200     200     200     200
GET    /promotions/{promotion}                        200     200     200     200     200     200     200     200
POST   /promotions/{promotion}                        login   confirm 409     409     409     409     409     409
GET    /marketing/promotions                          login   404     404     404     404     404     404     200
GET    /marketing/promotions/new                      login   404     404     404     404     404     404     200
POST   /marketing/promotions/new                      login   404     404     404     404     404     404     422
GET    /marketing/promotions/{promotion_id}           login   404     404     404     404     404     404     200
GET    /marketing/promotions/{promotion_id}/edit      login   404     404     404     404     404     404     409
POST   /marketing/promotions/{promotion_id}/edit      login   404     404     404     404     404     404     422
POST   /marketing/promotions/{promotion_id}/codes     login   404     404     404     404     404     404     422
POST   /marketing/promotions/{promotion_id}/state     login   404     404     404     404     404     404     422

# pages that are hosted for partners
GET    /p/{partner}                                   200     200     200     200     200     200     200     200
GET    /p/{partner}/surveys/{survey}                  200     200     200     200     200     200     200     200
POST   /p/{partner}/surveys/{survey}                  login   confirm 422     422     422     422     422     422
GET    /p/{partner}/promotions/{promotion}            200     200     200     200     200     200     200     200
POST   /p/{partner}/promotions/{promotion}            login   confirm 409     409     409     409     409     409
GET    /marketing/sponsors/{partner_id}/pages         login   404     404     404     404     404     404     200
POST   /marketing/sponsors/{partner_id}/pages         login   404     404     404     404     404     404     422
GET    /marketing/sponsors/{partner_id}/pages/{channel} login 404     404     404     404     404     404     200
POST   /marketing/sponsors/{partner_id}/pages/{channel} login 404     404     404     404     404     404     422
POST   /marketing/sponsors/{partner_id}/pages/{channel}/closing login 404 404 404     404     404     404     303

# newsletters
GET    /newsletters                                   200     200     200     200     200     200     200     200
POST   /newsletters                                   422     422     422     422     422     422     422     422
GET    /newsletters/sent                              200     200     200     200     200     200     200     200
GET    /newsletters/welcome                           200     200     200     200     200     200     200     200
GET    /newsletters/{newsletter}                      200     200     200     200     200     200     200     200
POST   /newsletters/{newsletter}                      422     422     422     422     422     422     422     422
GET    /newsletters/confirm/{signup}                  200     200     200     200     200     200     200     200
POST   /newsletters/confirm/{signup}                  303     303     303     303     303     303     303     303
GET    /settings/newsletters                          login   confirm 200     200     200     200     200     200
POST   /settings/newsletters                          login   confirm 422     422     422     422     422     422
POST   /settings/newsletters/{newsletter}             login   confirm 303     303     303     303     303     303
DELETE /settings/newsletters/{newsletter}             login   confirm 303     303     303     303     303     303
GET    /api/v1/newsletters                            200     200     200     200     200     200     200     200
GET    /api/v1/newsletters/{newsletter}               200     200     200     200     200     200     200     200
POST   /api/v1/newsletters/{newsletter}/subscriptions 422     422     422     422     422     422     422     422
GET    /api/v1/subscriptions                          401     403     200     200     200     200     200     200
PUT    /api/v1/newsletters/{newsletter}/subscription  401     403     422     422     422     422     422     422
DELETE /api/v1/newsletters/{newsletter}/subscription  401     403     204     204     204     204     204     204
GET    /marketing/sponsors                            login   404     404     404     404     404     404     200
GET    /marketing/sponsors/new                        login   404     404     404     404     404     404     200
POST   /marketing/sponsors                            login   404     404     404     404     404     404     422
GET    /marketing/sponsors/{sponsor}                  login   404     404     404     404     404     404     200
POST   /marketing/sponsors/{sponsor}                  login   404     404     404     404     404     404     422
GET    /marketing/sponsors/{sponsor}/edit             login   404     404     404     404     404     404     200
POST   /marketing/sponsors/{sponsor}/people           login   404     404     404     404     404     404     422
POST   /marketing/sponsors/{sponsor}/people/{sponsor_person} login 404 404  404     404     404     404     404
DELETE /marketing/sponsors/{sponsor}/people/{sponsor_person} login 404 404  404     404     404     404     303
POST   /marketing/sponsors/{sponsor}/closing          login   404     404     404     404     404     404     303
GET    /marketing/contests/{closed}/sharing           login   404     404     404     404     404     404     200
POST   /marketing/contests/{closed}/sharing           login   404     404     404     404     404     404     422
POST   /marketing/contests/{closed}/sharing/{sharing} login   404     404     404     404     404     404     404
DELETE /marketing/contests/{closed}/sharing/{sharing} login   404     404     404     404     404     404     409
GET    /marketing/contests/{closed}/handouts          login   404     404     404     404     404     404     200
GET    /marketing/prizes/{prize}/sharing              login   404     404     404     404     404     404     200
POST   /marketing/prizes/{prize}/sharing              login   404     404     404     404     404     404     422
POST   /marketing/prizes/{prize}/sharing/{sharing}    login   404     404     404     404     404     404     404
DELETE /marketing/prizes/{prize}/sharing/{sharing}    login   404     404     404     404     404     404     404
GET    /marketing/prizes/{prize}/handouts             login   404     404     404     404     404     404     200
GET    /marketing/surveys/{closed}/sharing            login   404     404     404     404     404     404     404
POST   /marketing/surveys/{closed}/sharing            login   404     404     404     404     404     404     404
POST   /marketing/surveys/{closed}/sharing/{sharing} login    404     404     404     404     404     404     404
DELETE /marketing/surveys/{closed}/sharing/{sharing} login    404     404     404     404     404     404     404
GET    /marketing/surveys/{closed}/handouts           login   404     404     404     404     404     404     404
GET    /marketing/promotions/{closed}/sharing            login   404     404     404     404     404     404     404
POST   /marketing/promotions/{closed}/sharing            login   404     404     404     404     404     404     404
POST   /marketing/promotions/{closed}/sharing/{sharing} login    404     404     404     404     404     404     404
DELETE /marketing/promotions/{closed}/sharing/{sharing} login    404     404     404     404     404     404     404
GET    /marketing/promotions/{closed}/handouts           login   404     404     404     404     404     404     404
GET    /marketing/sharings/{sharing}                  login   404     404     404     404     404     404     200
POST   /marketing/sharings/{sharing}/handouts         login   404     404     404     404     404     404     422
POST   /marketing/handouts/{handout}/approval         login   404     404     404     404     404     404     303
POST   /marketing/handouts/{handout}/ending           login   404     404     404     404     404     404     303
GET    /sponsor                                       login   confirm 404     404     404     404     404     404
GET    /sponsor/handouts/{handout}                    login   confirm 404     404     404     404     404     404
POST   /sponsor/handouts/{handout}/files              login   confirm 404     404     404     404     404     404
POST   /sponsor/tellings/{telling}                    login   confirm 404     404     404     404     404     404
GET    /sponsor/hook                                  login   confirm 404     404     404     404     404     404
POST   /sponsor/hook                                  login   confirm 404     404     404     404     404     404
POST   /sponsor/hook/trial                            login   confirm 404     404     404     404     404     404
POST   /marketing/handouts/{handout}/sending          login   404     404     404     404     404     404     409
GET    /marketing/newsletters                         login   404     404     404     404     404     404     200
GET    /marketing/newsletters/new                     login   404     404     404     404     404     404     200
POST   /marketing/newsletters                         login   404     404     404     404     404     404     422
GET    /marketing/newsletters/{newsletter_id}         login   404     404     404     404     404     404     200
POST   /marketing/newsletters/{newsletter_id}         login   404     404     404     404     404     404     422
GET    /marketing/newsletters/{newsletter_id}/edit    login   404     404     404     404     404     404     200
POST   /marketing/newsletters/{newsletter_id}/closing login   404     404     404     404     404     404     303
DELETE /marketing/newsletters/{newsletter_id}/closing login   404     404     404     404     404     404     303
GET    /marketing/newsletters/{newsletter_id}/imports login   404     404     404     404     404     404     200
POST   /marketing/newsletters/{newsletter_id}/imports login   404     404     404     404     404     404     422
GET    /marketing/newsletters/{newsletter_id}/imports/{import}  login 404     404 404   404     404     404     200
POST   /marketing/newsletters/{newsletter_id}/imports/{import}  login 404     404 404   404     404     404     303
DELETE /marketing/newsletters/{newsletter_id}/imports/{import}  login 404     404 404   404     404     404     303
GET    /marketing/subscribers                         login   404     404     404     404     404     404     200
POST   /marketing/subscribers                         login   404     404     404     404     404     404     422
POST   /marketing/suppressions                        login   404     404     404     404     404     404     422
DELETE /marketing/suppressions                        login   404     404     404     404     404     404     422

# text messages
GET    /texts                                         200     200     200     200     200     200     200     200
POST   /texts                                         422     422     422     422     422     422     422     422
GET    /texts/code                                    303     303     303     303     303     303     303     303
POST   /texts/code                                    303     303     303     303     303     303     303     303
POST   /texts/choices                                 303     303     303     303     303     303     303     303
POST   /webhooks/texts                                404     404     404     404     404     404     404     404
GET    /marketing/texts                               login   404     404     404     404     404     404     200
POST   /marketing/texts                               login   404     404     404     404     404     404     422
GET    /marketing/texts/register                      login   404     404     404     404     404     404     200
POST   /marketing/texts/register                      login   404     404     404     404     404     404     422
POST   /marketing/texts/register/numbers              login   404     404     404     404     404     404     409
GET    /marketing/texts/{text}                        login   404     404     404     404     404     404     200
POST   /marketing/texts/{text}                        login   404     404     404     404     404     404     422
POST   /marketing/texts/{text}/deeds                  login   404     404     404     404     404     404     422
POST   /marketing/texts/{text}/schedule               login   404     404     404     404     404     404     422
POST   /marketing/texts/{text}/uncertain/{text}       login   404     404     404     404     404     404     422
POST   /marketing/texts/{text}/uncertain/{text}       login   404     404     404     404     404     404     404     became=sent

# my privacy
GET    /privacy                                       303     200     200     200     200     200     200     200
GET    /privacy/kept                                  303     200     200     200     200     200     200     200
GET    /privacy/code                                  200     303     303     303     303     303     303     303
POST   /privacy/code                                  422     422     422     422     422     422     422     422
GET    /privacy/code/entry                            303     303     303     303     303     303     303     303
POST   /privacy/code/entry                            422     422     422     422     422     422     422     422
POST   /privacy/code/end                              303     303     303     303     303     303     303     303
GET    /privacy/processing                            200     200     200     200     200     200     200     200
GET    /privacy/processing.json                       200     200     200     200     200     200     200     200
POST   /privacy/earlier-consents                      303     404     404     404     404     404     404     404
GET    /privacy/requests                              303     200     200     200     200     200     200     200
POST   /privacy/requests                              303     422     422     422     422     422     422     422
GET    /privacy/requests/{asked}                      303     404     404     200     404     404     404     404
POST   /privacy/requests/{asked}                      303     404     404     422     404     404     404     404
GET    /contact                                       200     200     200     200     200     200     200     200
POST   /contact                                       422     422     422     422     422     422     422     422
GET    /contact/sent                                  200     200     200     200     200     200     200     200
GET    /privacy/consents                              303     200     200     200     200     200     200     200
POST   /privacy/consents                              303     422     422     422     422     422     422     422
GET    /privacy/guardian                              login   confirm 303     303     303     303     303     303
POST   /privacy/guardian                              login   confirm 422     422     422     422     422     422
POST   /privacy/guardian/end                          login   confirm 422     422     422     422     422     422
GET    /guardian/{guardian}                           200     200     200     200     200     200     200     200
POST   /guardian/{guardian}                           422     422     422     422     422     422     422     422
GET    /guardian/{guardian_end}/end                   200     200     200     200     200     200     200     200
POST   /guardian/{guardian_end}/end                   200     200     200     200     200     200     200     200
GET    /privacy/consents/{answer}                     303     404     404     200     404     404     404     404
GET    /privacy/consents/{answer}/receipt.json        303     404     404     200     404     404     404     404
GET    /privacy/disclosures                           303     200     200     200     200     200     200     200
GET    /privacy/access                                303     200     200     200     200     200     200     200
GET    /api/v1/disclosures                            401     403     200     200     200     200     200     200
GET    /admin/disclosures                             login   404     404     404     404     404     404     200
GET    /admin/disclosures.csv                         login   404     404     404     404     404     404     200
GET    /admin/disclosures/{handover}                  login   404     404     404     404     404     404     200
GET    /admin/disclosures/{handover}/proof.json       login   404     404     404     404     404     404     404
GET    /admin/disclosures/{handover}/people/{handover}/proof.json login 404 404 404   404     404     404     404
GET    /admin/shop                                    login   404     404     404     404     404     404     200
GET    /admin/shop/fees                               login   404     404     404     404     404     404     200
POST   /admin/shop/fees                               login   404     404     404     404     404     404     422
POST   /admin/shop/fees                               login   404     404     404     404     404     404     303     currency=EUR&since=2099-01-01&buyer=5&fixed=0.70
GET    /admin/shop/sellers                            login   404     404     404     404     404     404     200
GET    /admin/shop/sellers/{seller}                   login   404     404     404     404     404     404     200
GET    /admin/shop/sellers/{listing}                  login   404     404     404     404     404     404     404
POST   /admin/shop/sellers/{seller}/record            login   404     404     404     404     404     404     422
POST   /admin/shop/sellers/{seller}/record            login   404     404     404     404     404     404     200     reason=A+letter+of+the+member
GET    /admin/shop/books                              login   404     404     404     404     404     404     200
GET    /admin/shop/books.csv                          login   404     404     404     404     404     404     200
GET    /admin/shop/owed                               login   404     404     404     404     404     404     200
GET    /admin/shop/owed/{owed}                        login   404     404     404     404     404     404     200
GET    /admin/shop/owed/{listing}                     login   404     404     404     404     404     404     404
POST   /admin/shop/owed/{owed}/settled                login   404     404     404     404     404     404     422
POST   /admin/shop/owed/{owed}/again                  login   404     404     404     404     404     404     303
GET    /admin/shop/reconciliation                     login   404     404     404     404     404     404     200
POST   /admin/shop/reconciliation                     login   404     404     404     404     404     404     303
GET    /admin/reconciliation                          login   404     404     404     404     404     404     200
POST   /admin/disclosures/tellings/{telling}          login   404     404     404     404     404     404     422
POST   /admin/disclosures/tellings/{telling}          login   404     404     404     404     404     404     303     step=confirmed
GET    /admin/silences                                login   404     404     404     404     404     404     200
GET    /admin/silences/{silence}                      login   404     404     404     404     404     404     200
POST   /admin/silences/{silence}                      login   404     404     404     404     404     404     422
GET    /admin/members/{owner}/disclosure              login   404     404     404     404     404     404     200
POST   /admin/members/{owner}/disclosure              login   404     404     404     404     404     404     422
GET    /privacy/erasure                               303     200     200     200     200     200     200     200
POST   /privacy/erasure                               303     303     303     303     303     303     303     303
DELETE /privacy/erasure                               303     409     409     409     409     409     409     409
GET    /privacy/erasure/receipts/{receipt}            200     200     200     200     200     200     200     200
GET    /privacy/exports                               303     200     200     200     200     200     200     200
POST   /privacy/exports                               303     303     303     303     303     303     303     303
GET    /privacy/exports/{export}                      303     404     404     200     404     404     404     404
POST   /privacy/exports/{export}                      303     404     404     303     404     404     404     404     _method=DELETE
DELETE /privacy/exports/{export}                      303     404     404     303     404     404     404     404
POST   /privacy/exports/{export}/download             303     404     404     200     404     404     404     404

# Mailchimp
GET    /marketing/mailchimp                           login   404     404     404     404     404     404     200
POST   /marketing/mailchimp/reconciliations           login   404     404     404     404     404     404     404
POST   /marketing/mailchimp/campaigns/{campaign}      login   404     404     404     404     404     404     404
POST   /marketing/mailchimp/campaigns/{campaign}/sending login 404 404    404     404     404     404     404

# what Mailchimp calls
GET    /webhooks/mailchimp/secret                     404     404     404     404     404     404     404     404
GET    /selling/books                                 login   confirm 404     200     404     404     404     404
GET    /selling/books?period=2026                     login   confirm 404     200     404     404     404     404
GET    /selling/books.csv                             login   confirm 404     200     404     404     404     404
GET    /selling/payouts                               login   confirm 404     200     404     404     404     404
POST   /selling/payouts                               login   confirm 404     303     404     404     404     404
POST   /selling/payouts/account                       login   confirm 404     303     404     404     404     404
GET    /selling/payouts/back                          login   confirm 404     303     404     404     404     404
POST   /webhooks/stripe                               400     400     400     400     400     400     400     400
POST   /webhooks/mailchimp/secret                     403     403     403     403     403     403     403     403

# leaving newsletters
GET    /u/{leave}                                     200     200     200     200     200     200     200     200
GET    /u/nothing                                     404     404     404     404     404     404     404     404
POST   /u/{leave}                                     422     422     422     422     422     422     422     422
POST   /u/{leave}                                     200     200     200     200     200     200     200     200     leave=one
POST   /u/nothing                                     404     404     404     404     404     404     404     404     leave=one
POST   /u/{leave}/undo                                409     409     409     409     409     409     409     409
GET    /why/{why}                                     200     200     200     200     200     200     200     200
GET    /c/nothing/0                                   404     404     404     404     404     404     404     404
GET    /o/nothing                                     404     404     404     404     404     404     404     404
GET    /o/{open}                                      200     200     200     200     200     200     200     200
GET    /why/nothing                                   404     404     404     404     404     404     404     404
GET    /preferences/{preferences}                     200     200     200     200     200     200     200     200
GET    /preferences/nothing                           404     404     404     404     404     404     404     404
POST   /preferences/{preferences}                     422     422     422     422     422     422     422     422
POST   /preferences/{preferences}                     200     200     200     200     200     200     200     200     do=all_off
POST   /preferences/nothing                           404     404     404     404     404     404     404     404
GET    /preferences                                   303     200     200     200     200     200     200     200
POST   /preferences                                   303     422     422     422     422     422     422     422

# mails that come back
POST   /webhooks/mail/not-the-secret                  403     403     403     403     403     403     403     403
GET    /marketing/returns                             login   404     404     404     404     404     404     200
GET    /marketing/returns/{returned}                  login   404     404     404     404     404     404     200
POST   /marketing/returns/{returned}                  login   404     404     404     404     404     404     422
POST   /marketing/returns/{returned}                  login   404     404     404     404     404     404     303     do=settle

# joining and signing in
GET    /register                                      200     303     303     303     303     303     303     303
POST   /register                                      422     303     303     303     303     303     303     303
GET    /register/sent                                 200     200     200     200     200     200     200     200
GET    /confirm                                       200     200     303     303     303     303     303     303
POST   /confirm                                       422     303     303     303     303     303     303     303
GET    /confirm/{confirm}                             200     200     200     200     200     200     200     200
GET    /login                                         200     303     303     303     303     303     303     303
POST   /login                                         422     422     422     422     422     422     422     422
GET    /logout                                        200     200     200     200     200     200     200     200
POST   /logout                                        303     303     303     303     303     303     303     303
GET    /reset                                         200     200     200     200     200     200     200     200
POST   /reset                                         422     422     422     422     422     422     422     422
GET    /reset/sent                                    200     200     200     200     200     200     200     200
GET    /reset/{reset}                                 200     200     200     200     200     200     200     200
POST   /reset/{reset}                                 422     422     422     422     422     422     422     422
POST   /reset/{confirm}                               404     404     404     404     404     404     404     404
GET    /tf-validate                                   login   login   login   login   login   login   login   login
POST   /tf-validate                                   login   login   login   login   login   login   login   login
GET    /mf-recovery                                   login   login   login   login   login   login   login   login
POST   /mf-recovery                                   login   login   login   login   login   login   login   login
POST   /wan-signin                                    200     200     200     200     200     200     200     200
POST   /wan-signin/answer                             422     422     422     422     422     422     422     422
GET    /welcome                                       login   confirm 200     200     200     200     200     200
POST   /confirm/{confirm}                             login   login   login   login   login   login   login   login

# settings
GET    /verify                                        login   200     200     200     200     200     200     200
POST   /verify                                        login   422     422     422     422     422     422     422
POST   /wan-verify                                    login   200     200     200     200     200     200     200
POST   /wan-verify/answer                             login   422     422     422     422     422     422     422
GET    /change                                        login   200     200     200     200     200     200     200
POST   /change                                        login   422     422     422     422     422     422     422
GET    /change-email                                  login   200     200     200     200     200     200     200
POST   /change-email                                  login   422     422     422     422     422     422     422
GET    /change-email/{change_email}                   login   404     404     200     404     404     404     404
POST   /change-email/{change_email}                   login   404     404     303     404     404     404     404
GET    /tf-setup                                      login   confirm 200     200     200     200     200     200
POST   /tf-setup                                      login   confirm 303     303     303     303     303     303
POST   /tf-disable                                    login   confirm 303     303     303     303     303     303
POST   /mf-recovery-codes                             login   confirm 303     303     303     303     303     303
GET    /wan-register                                  login   confirm 200     200     200     200     200     200
POST   /wan-register                                  login   confirm 200     200     200     200     200     200
POST   /wan-register/answer                           login   confirm 422     422     422     422     422     422
GET    /settings                                      login   200     200     200     200     200     200     200
GET    /settings/profile                              login   confirm 200     200     200     200     200     200
POST   /settings/profile                              login   confirm 422     422     422     422     422     422
GET    /settings/handle                               login   confirm 200     200     200     200     200     200
POST   /settings/handle                               login   confirm 422     422     422     422     422     422
GET    /settings/security                             login   200     200     200     200     200     200     200
GET    /settings/sessions                             login   200     200     200     200     200     200     200
POST   /settings/sessions                             login   login   login   login   login   login   login   login
DELETE /settings/sessions                             login   login   login   login   login   login   login   login
POST   /settings/sessions/{session}                   login   404     404     303     404     404     404     404     _method=DELETE
DELETE /settings/sessions/{session}                   login   404     404     303     404     404     404     404
GET    /settings/passkeys/{passkey}                   login   confirm 404     200     404     404     404     404
POST   /settings/passkeys/{passkey}                   login   confirm 404     422     404     404     404     404
DELETE /settings/passkeys/{passkey}                   login   confirm 404     303     404     404     404     404
GET    /settings/tokens                               login   confirm 200     200     200     200     200     200
POST   /settings/tokens                               login   confirm 422     422     422     422     422     422
POST   /settings/tokens/{token}                       login   confirm 404     303     404     404     404     404     _method=DELETE
DELETE /settings/tokens/{token}                       login   confirm 404     303     404     404     404     404
GET    /settings/blocks                               login   confirm 200     200     200     200     200     200
POST   /settings/follow-approval                      login   confirm 303     303     303     303     303     303
DELETE /settings/follow-approval                      login   confirm 303     303     303     303     303     303

# people
POST   /@{owner}/block                                login   confirm 303     409     404     303     303     303
POST   /@{unconfirmed}/block                          login   confirm 404     404     404     404     404     404
DELETE /@{owner}/block                                login   confirm 404     404     404     404     404     404
POST   /@{owner}/follow                               login   confirm 303     409     404     303     303     303
POST   /@{unconfirmed}/follow                         login   confirm 404     404     404     404     404     404
POST   /@{minor}/follow                               login   confirm 303     303     303     409     303     303
DELETE /@{owner}/follow                               login   confirm 303     303     404     303     303     303
POST   /@{asker}/follower                             login   confirm 303     303     303     303     303     303     _method=DELETE
DELETE /@{asker}/follower                             login   confirm 303     303     303     303     303     303
GET    /@{owner}/followers                            login   confirm 404     200     404     404     404     404
GET    /@{owner}/following                            login   confirm 404     200     404     404     404     404
GET    /follow-requests                               login   confirm 200     200     200     200     200     200
POST   /follow-requests/{request}                     login   confirm 404     303     404     404     404     404     _method=DELETE
DELETE /follow-requests/{request}                     login   confirm 404     303     404     404     404     404
POST   /follow-requests/{request}/acceptance          login   confirm 404     303     404     404     404     404
GET    /notifications                                 login   confirm 200     200     200     200     200     200
POST   /notifications/reading                         login   confirm 422     422     422     422     422     422
GET    /@{owner}                                      200     200     200     200     404     200     200     200
GET    /@{minor}                                      200     200     200     200     200     200     200     200
GET    /@{unconfirmed}                                404     200     404     404     404     404     404     404

# closets
GET    /@{owner}/closet                               200     200     200     200     404     200     200     200
GET    /@{unconfirmed}/closet                         404     200     404     404     404     404     404     404
GET    /closet                                        login   confirm 200     200     200     200     200     200
POST   /closet                                        login   confirm 422     422     422     422     422     422
GET    /closet/items/new                              login   confirm 200     200     200     200     200     200
POST   /closet/items/new                              login   confirm 422     422     422     422     422     422
POST   /closet/photos                                 login   confirm 422     422     422     422     422     422
GET    /items/{item}                                  404     404     404     200     404     404     404     404
GET    /items/{public_item}                           200     200     200     200     404     200     200     200
POST   /items/{item}                                  login   confirm 404     303     404     404     404     404     _method=DELETE
POST   /items/{public_item}                           login   confirm 404     303     404     404     404     404     _method=DELETE
DELETE /items/{item}                                  login   confirm 404     303     404     404     404     404
DELETE /items/{public_item}                           login   confirm 404     303     404     404     404     404
GET    /items/{item}/edit                             login   confirm 404     200     404     404     404     404
GET    /items/{public_item}/edit                      login   confirm 404     200     404     404     404     404
POST   /items/{item}/edit                             login   confirm 404     422     404     404     404     404
POST   /items/{public_item}/edit                      login   confirm 404     422     404     404     404     404
POST   /items/{item}/acquisition                      login   confirm 404     409     404     404     404     404
POST   /items/{item}/archive                          login   confirm 404     422     404     404     404     404
DELETE /items/{item}/archive                          login   confirm 404     303     404     404     404     404
POST   /items/{item}/photos                           login   confirm 404     422     404     404     404     404
POST   /items/{item}/photos/{item_photo}              login   confirm 404     409     404     404     404     404     _method=DELETE
POST   /items/{public_item}/photos/{item_photo}       login   confirm 404     404     404     404     404     404     _method=DELETE
DELETE /items/{item}/photos/{item_photo}              login   confirm 404     409     404     404     404     404
POST   /items/{item}/photos/{item_photo}/position     login   confirm 404     422     404     404     404     404
POST   /items/{item}/publication                      login   confirm 404     303     404     404     404     404
DELETE /items/{item}/publication                      login   confirm 404     303     404     404     404     404
POST   /items/{item}/state                            login   confirm 404     422     404     404     404     404
POST   /items/{item}/styling                          login   confirm 404     409     404     404     404     404
DELETE /items/{item}/styling                          login   confirm 404     303     404     404     404     404

# photos
GET    /media/{public_token}/320.webp                 200     200     200     200     200     200     200     200
GET    /media/private/{photo}/320.webp                404     404     404     404     404     404     404     404
GET    /media/private/{photo}/320.webp?{signed}       200     200     200     200     200     200     200     200
GET    /media/private/{photo}/640.webp?{signed}       404     404     404     404     404     404     404     404

# looks
GET    /                                              200     200     200     200     200     200     200     200
GET    /@{owner}/looks                                200     200     200     200     404     200     200     200
GET    /@{unconfirmed}/looks                          404     200     404     404     404     404     404     404
GET    /feed                                          login   confirm 200     200     200     200     200     200
GET    /discover                                      200     200     200     200     200     200     200     200
GET    /search                                        200     200     200     200     200     200     200     200
GET    /search?q=walk                                 200     200     200     200     200     200     200     200
GET    /tags/walk                                     200     200     200     200     200     200     200     200
GET    /looks                                         login   confirm 200     200     200     200     200     200
GET    /looks/new                                     login   confirm 200     200     200     200     200     200
POST   /looks/new                                     login   confirm 303     303     303     303     303     303
GET    /looks/{look}                                  200     200     200     200     404     200     200     200
GET    /looks/{members_look}                          404     404     200     200     404     200     200     200
GET    /looks/{followers_look}                        404     404     404     200     404     404     404     404
GET    /looks/{draft}                                 404     404     404     200     404     404     404     404
POST   /looks/{look}                                  login   confirm 404     303     404     404     404     404     _method=DELETE
DELETE /looks/{look}                                  login   confirm 404     303     404     404     404     404
DELETE /looks/{draft}                                 login   confirm 404     303     404     404     404     404
GET    /looks/{look}/edit                             login   confirm 404     200     404     404     404     404
GET    /looks/{draft}/edit                            login   confirm 404     200     404     404     404     404
POST   /looks/{look}/edit                             login   confirm 404     303     404     404     404     404
POST   /looks/{draft}/edit                            login   confirm 404     303     404     404     404     404
POST   /looks/{draft}/draft                           login   confirm 404     422     404     404     404     404
POST   /looks/{look}/publication                      login   confirm 404     303     404     404     404     404
DELETE /looks/{look}/publication                      login   confirm 404     303     404     404     404     404
POST   /looks/{draft}/publication                     login   confirm 404     409     404     404     404     404
POST   /looks/{draft}/revisions/{revision}            login   confirm 404     303     404     404     404     404     _method=DELETE
DELETE /looks/{draft}/revisions/{revision}            login   confirm 404     303     404     404     404     404
GET    /looks/{look}/share.jpg                        200     200     200     200     200     200     200     200
GET    /looks/{look}/love                             200     200     200     200     404     200     200     200
POST   /looks/{look}/love                             login   confirm 303     303     404     303     303     303
POST   /looks/{followers_look}/love                   login   confirm 404     303     404     404     404     404
POST   /looks/{draft}/love                            login   confirm 404     409     404     404     404     404
DELETE /looks/{look}/love                             login   confirm 303     303     404     303     303     303
GET    /looks/{look}/comments                         200     200     200     200     404     200     200     200
GET    /looks/{followers_look}/comments               404     404     404     200     404     404     404     404
POST   /looks/{look}/comments                         login   confirm 422     422     404     422     422     422
POST   /looks/{look}/comments                         login   confirm 303     303     404     303     303     303     text=Lovely
POST   /looks/{followers_look}/comments               login   confirm 404     303     404     404     404     404     text=Lovely
GET    /looks/{look}/comments/{comment}               login   confirm 404     200     404     404     404     404
GET    /looks/{look}/comments/{mias_comment}          login   confirm 200     409     404     404     404     404
PUT    /looks/{look}/comments/{comment}               login   confirm 404     422     404     404     404     404
POST   /looks/{look}/comments/{comment}               login   confirm 404     422     404     404     404     404
POST   /looks/{look}/comments/{mias_comment}          login   confirm 422     422     404     404     404     404
DELETE /looks/{look}/comments/{comment}               login   confirm 404     303     404     404     404     404
DELETE /looks/{look}/comments/{mias_comment}          login   confirm 303     303     404     404     404     404

# staff
GET    /admin                                         login   404     404     404     404     404     404     200
GET    /admin/audit                                   login   404     404     404     404     404     404     200
GET    /admin/policies                                login   404     404     404     404     404     404     200
GET    /admin/policies/new                            login   404     404     404     404     404     404     200
GET    /admin/policies/new?kind=x                     login   404     404     404     404     404     404     404
POST   /admin/policies/new                            login   404     404     404     404     404     404     422
GET    /admin/members                                 login   404     404     404     404     404     404     200
GET    /admin/members?q=olivia                        login   404     404     404     404     404     404     200
GET    /admin/members/{owner}                         login   404     404     404     404     404     404     200
GET    /admin/members/nobody_at_all                   login   404     404     404     404     404     404     404
POST   /admin/members/{owner}/record                  login   404     404     404     404     404     404     422
POST   /admin/members/{owner}/record                  login   404     404     404     404     404     404     200     reason=A+letter+of+the+member
POST   /admin/members/{owner}/deactivation            login   404     404     404     404     404     404     422
POST   /admin/members/{owner}/deactivation            login   404     404     404     404     404     404     303     reason=A+request+of+the+member
GET    /admin/requests                                login   404     404     404     404     404     404     200
GET    /admin/requests?state=closed                   login   404     404     404     404     404     404     200
GET    /admin/requests/{asked}                        login   404     404     404     404     404     404     200
POST   /admin/requests/{asked}/reply                  login   404     404     404     404     404     404     303
POST   /admin/requests/{asked}/opening                login   404     404     404     404     404     404     303
GET    /admin/breaches                                login   404     404     404     404     404     404     200
GET    /admin/breaches/new                            login   404     404     404     404     404     404     200
POST   /admin/breaches                                login   404     404     404     404     404     404     422
GET    /admin/breaches/{breach}                       login   404     404     404     404     404     404     200
GET    /admin/breaches/{breach}?do=facts              login   404     404     404     404     404     404     200
POST   /admin/breaches/{breach}/duty                  login   404     404     404     404     404     404     422
POST   /admin/breaches/{breach}/people.csv            login   404     404     404     404     404     404     200
GET    /admin/exports                                 login   404     404     404     404     404     404     200
GET    /admin/exports/new                             login   404     404     404     404     404     404     200
GET    /admin/exports/new?use=service                 login   404     404     404     404     404     404     200
POST   /admin/exports                                 login   404     404     404     404     404     404     422
POST   /admin/exports                                 login   404     404     404     404     404     404     303     use=statistics&columns=country&reason=How+many+we+are
GET    /admin/exports/{small_export}                  login   404     404     404     404     404     404     200
POST   /admin/exports/{small_export}/file             login   404     404     404     404     404     404     200
POST   /admin/exports/{large_export}/file             login   404     404     404     404     404     404     409
POST   /admin/exports/{large_export}/decision         login   404     404     404     404     404     404     422
POST   /admin/exports/{large_export}/decision         login   404     404     404     404     404     404     303     verdict=approved

# marketing: campaigns
GET    /marketing                                     login   404     404     404     404     404     404     200
GET    /marketing/campaigns                           login   404     404     404     404     404     404     200
GET    /marketing/campaigns/new                       login   404     404     404     404     404     404     200
POST   /marketing/campaigns/new                       login   404     404     404     404     404     404     422
GET    /marketing/campaigns/{campaign}                login   404     404     404     404     404     404     200
POST   /marketing/campaigns/{campaign}                login   404     404     404     404     404     404     422
POST   /marketing/campaigns/{campaign}                login   404     404     404     404     404     404     303     _method=DELETE
DELETE /marketing/campaigns/{campaign}                login   404     404     404     404     404     404     303
POST   /marketing/campaigns/{campaign}/copy           login   404     404     404     404     404     404     303
GET    /marketing/campaigns/{campaign}/preview        login   404     404     404     404     404     404     200
GET    /marketing/campaigns/{campaign}/mail           login   404     404     404     404     404     404     200
POST   /marketing/campaigns/{campaign}/mail           login   404     404     404     404     404     404     422
GET    /marketing/campaigns/{campaign}/readers        login   404     404     404     404     404     404     200
POST   /marketing/campaigns/{campaign}/readers        login   404     404     404     404     404     404     303
GET    /marketing/campaigns/{campaign}/schedule       login   404     404     404     404     404     404     200
POST   /marketing/campaigns/{campaign}/schedule       login   404     404     404     404     404     404     422
DELETE /marketing/campaigns/{campaign}/schedule       login   404     404     404     404     404     404     409
POST   /marketing/campaigns/{campaign}/start          login   404     404     404     404     404     404     303
POST   /marketing/campaigns/{campaign}/cancellation   login   404     404     404     404     404     404     303
POST   /marketing/campaigns/{campaign}/answer         login   404     404     404     404     404     404     422
POST   /marketing/campaigns/{campaign}/answer         login   404     404     404     404     404     404     409     answer=send
POST   /marketing/campaigns/{campaign}/winner         login   404     404     404     404     404     404     422
POST   /marketing/campaigns/{campaign}/test           login   404     404     404     404     404     404     303
POST   /marketing/campaigns/{campaign}/links          login   404     404     404     404     404     404     303
POST   /marketing/campaigns/{campaign}/archiving      login   404     404     404     404     404     404     409
DELETE /marketing/campaigns/{campaign}/archiving      login   404     404     404     404     404     404     409
GET    /marketing/campaigns/{campaign}/sending        login   404     404     404     404     404     404     200
POST   /marketing/campaigns/{campaign}/pause          login   404     404     404     404     404     404     409
POST   /marketing/campaigns/{campaign}/resumption     login   404     404     404     404     404     404     409
POST   /marketing/campaigns/{campaign}/end            login   404     404     404     404     404     404     409
GET    /marketing/campaigns/{campaign}/uncertain      login   404     404     404     404     404     404     200
POST   /marketing/campaigns/{campaign}/uncertain      login   404     404     404     404     404     404     422
GET    /newsletters/{newsletter}/archive              200     200     200     200     200     200     200     200
GET    /newsletters/{newsletter}/archive.atom         200     200     200     200     200     200     200     200
GET    /newsletters/{newsletter}/archive/{letter}     200     200     200     200     200     200     200     200
GET    /newsletters/{newsletter}/archive/{campaign}   404     404     404     404     404     404     404     404
GET    /newsletters/pictures/{public_token}.jpg       200     200     200     200     200     200     200     200

# marketing: reports
GET    /marketing/reports                             login   404     404     404     404     404     404     200
GET    /marketing/reports.csv                         login   404     404     404     404     404     404     200
GET    /marketing/campaigns/{letter}/report           login   404     404     404     404     404     404     200
GET    /marketing/campaigns/{campaign}/report         login   404     404     404     404     404     404     200
GET    /marketing/campaigns/{letter}/report.csv       login   404     404     404     404     404     404     200

# the API
GET    /api/v1/consents                               401     403     200     200     200     200     200     200
POST   /api/v1/consents                               401     403     422     422     422     422     422     422
GET    /api/v1/consents/{answer}                      401     403     404     200     404     404     404     404
GET    /api/v1/feed                                   401     403     200     200     200     200     200     200
GET    /api/v1/exports                                401     403     200     200     200     200     200     200
POST   /api/v1/exports                                401     403     202     202     202     202     202     202
GET    /api/v1/exports/{export}                       401     403     404     200     404     404     404     404
DELETE /api/v1/exports/{export}                       401     403     404     204     404     404     404     404
POST   /api/v1/exports/{export}/download              401     403     404     200     404     404     404     404
GET    /api/v1/items                                  401     403     200     200     200     200     200     200
POST   /api/v1/items                                  401     403     422     422     422     422     422     422
GET    /api/v1/items/{item}                           401     403     404     200     404     404     404     404
GET    /api/v1/items/{public_item}                    401     403     200     200     404     200     200     200
PATCH  /api/v1/items/{item}                           401     403     404     200     404     404     404     404
PATCH  /api/v1/items/{public_item}                    401     403     404     200     404     404     404     404
DELETE /api/v1/items/{item}                           401     403     404     204     404     404     404     404
POST   /api/v1/items/{item}/publication               401     403     404     200     404     404     404     404
DELETE /api/v1/items/{item}/publication               401     403     404     200     404     404     404     404
GET    /api/v1/members/{owner}/items                  401     403     200     200     404     200     200     200
POST   /api/v1/photos                                 401     403     422     422     422     422     422     422
GET    /api/v1/looks                                  401     403     200     200     200     200     200     200
POST   /api/v1/looks                                  401     403     201     201     201     201     201     201
GET    /api/v1/looks/drafts                           401     403     200     200     200     200     200     200
GET    /api/v1/looks/newest                           401     403     200     200     200     200     200     200
GET    /api/v1/looks/{look}                           401     403     200     200     404     200     200     200
GET    /api/v1/looks/{members_look}                   401     403     200     200     404     200     200     200
GET    /api/v1/looks/{followers_look}                 401     403     404     200     404     404     404     404
GET    /api/v1/looks/{draft}                          401     403     404     200     404     404     404     404
PATCH  /api/v1/looks/{look}                           401     403     404     200     404     404     404     404
PATCH  /api/v1/looks/{draft}                          401     403     404     200     404     404     404     404
DELETE /api/v1/looks/{look}                           401     403     404     204     404     404     404     404
GET    /api/v1/looks/{look}/comments                  401     403     200     200     404     200     200     200
GET    /api/v1/looks/{followers_look}/comments        401     403     404     200     404     404     404     404
POST   /api/v1/looks/{look}/comments                  401     403     422     422     422     422     422     422
POST   /api/v1/looks/{look}/comments                  401     403     201     201     404     201     201     201     text=Lovely
POST   /api/v1/looks/{followers_look}/comments        401     403     404     201     404     404     404     404     text=Lovely
PATCH  /api/v1/looks/{look}/comments/{comment}        401     403     422     422     422     422     422     422
PATCH  /api/v1/looks/{look}/comments/{mias_comment}   401     403     200     409     404     404     404     404     text=Lovelier
DELETE /api/v1/looks/{look}/comments/{comment}        401     403     404     204     404     404     404     404
DELETE /api/v1/looks/{look}/comments/{mias_comment}   401     403     204     204     404     404     404     404
POST   /api/v1/looks/{look}/love                      401     403     200     200     404     200     200     200
PUT    /api/v1/looks/{look}/love                      401     403     200     200     404     200     200     200
PUT    /api/v1/looks/{draft}/love                     401     403     404     409     404     404     404     404
DELETE /api/v1/looks/{look}/love                      401     403     200     200     404     200     200     200
POST   /api/v1/looks/{draft}/photos                   401     403     404     422     404     404     404     404
POST   /api/v1/looks/{look}/publication               401     403     404     200     404     404     404     404
POST   /api/v1/looks/{draft}/publication              401     403     404     409     404     404     404     404
DELETE /api/v1/looks/{look}/publication               401     403     404     200     404     404     404     404
GET    /api/v1/members/{owner}                        401     403     200     200     404     200     200     200
GET    /api/v1/members/{unconfirmed}                  401     403     404     404     404     404     404     404
GET    /api/v1/members/{owner}/looks                  401     403     200     200     404     200     200     200
GET    /api/v1/points                                 401     403     200     200     200     200     200     200
GET    /api/v1/points/lines                           401     403     200     200     200     200     200     200
GET    /api/v1/members/{owner}/follow                 401     403     200     200     404     200     200     200
POST   /api/v1/members/{owner}/follow                 401     403     200     409     404     200     200     200
DELETE /api/v1/members/{owner}/follow                 401     403     200     200     404     200     200     200
POST   /api/v1/members/{minor}/follow                 401     403     200     200     200     409     200     200
"""


def _read(table: str) -> list[Row]:
    rows = []
    for line in table.strip().splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        method, address, *outcomes = line.split()
        form = dict(parse_qsl(outcomes.pop())) if len(outcomes) == len(ROLES) + 1 else {}
        rows.append(Row(method, address, dict(zip(ROLES, outcomes, strict=True)), form))
    return rows


ROWS = _read(TABLE)

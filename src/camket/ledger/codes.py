"""Numbers for the words that entries are full of, frozen: a body of version 2 holds the number, not the letters.

A word's number is its place in its list. Words are added at the end of a list (and to tests/ledger/frozen_codes.txt);
none is moved, renamed or removed, for an entry written today is read by these lists in ten years. A word that is not
here is spelled out, so that a new word of a policy needs no new release. The first 24 of a list take one byte.
"""

from collections.abc import Mapping
from types import MappingProxyType

EVENTS = tuple(
    """
    item.looked item.put item.found item.changed gate.refused consent.recorded consent.withdrawn subject.created
    intake.received intake.refused order.placed order.changed order.looked order.completed outbox.queued
    outbox.tried outbox.sent work.assigned work.ended item.marked item.exported item.shredded import.run
    restraint.set shop.created shop.set policy.adopted staff.added staff.changed staff.left role.granted
    role.revoked undertaking.signed undertaking.ended agreement.added agreement.ended api_key.issued
    api_key.revoked secret.rotated subject.joined subject.shredded subject.rescanned identifier.verified
    identifier.removed code.issued code.tried code.expired proposal.made proposal.accepted proposal.rejected
    consent_text.added restraint.lifted subject.marked glass.broken glass.ended keys.rewrapped sign_up.begun
    sign_up.confirmed sign_up.ended order.cancelled order.returned payment.recorded review.received
    review.moderated import.begun import.ended marks.swept import.mended outbox.failed outbox.expired
    consent.looked index.rotated installation.restored keys.destroyed
    """.split()  # noqa: SIM905 (a word list is read and diffed as words)
)
# camket.base.actor.Kind
KINDS = ("staff", "system", "customer", "public", "worker", "owner")
# What stands in front of the colon of a citation or a reference.
PREFIXES = ("completion", "order", "enquiry", "case", "complaint", "review", "message", "sign_up")
# Names of details, and what the lists of words in docs/reference/words.md hold.
WORDS = tuple(
    """
    action categories citations items read name phone email postal_address order delivery customer_care source
    policy receiver_name receiver_phone receiver_address order_number access purchase after_sales answer_enquiry
    customer marketing account account_closed account_registration account_state accountant accounting_year_end
    advertiser advertising agreement alerts allow answers approval assigned assignment authority
    authority_request bad balance bank_account bank_login basis behaviour birth_date bought_list break_glass
    broken_glass buy cancelled card_number carrier case case_file channel chat_paste circulating classification
    close_account closed_purposes code collect collected comment company complain complaint complaint_desk
    complaint_text consent consent_withdrawn contact contact_form contact_mail copy correct count counter court
    cover customer_code customer_group customer_note customer_service data_broker data_department dated declared
    demographics deny device digest director disclose dispute dispute_end distributor double_opt_in dropped
    duties edit email_provider ended enquiry enrichment erase erased erasure_request error exchange explanation
    export export_limits extra_forbidden feedback forbidden form found gap gender given health host hotline how
    id_card_image information invoice joined key keys kind known lacking last_contact last_order ledger left_at
    legacy legal_defence legal_request letter location log login login_log loyalty mailbox manage
    market_research marketplace mask message minutes mis_send_guard moderated moderation moderator national_id
    necessity network_trace newsletter not_objected not_restricted note notify notify_customer notify_director
    object one_time_code open_letter opened operations order_completed order_confirmation order_email order_note
    order_notice order_phone orders origin own_server parcel parent_company partner password payment
    payment_fact payment_provider photo placed portal preference product_enquiry product_information
    product_requirement product_review promotion proposal proposals proven public publication publish
    purpose_end reason refused removed rent representative request request_reply resale_enquiry research_agency
    restrict returned review right rights_fulfilment role rows run sales sealed security security_notice sell
    seller_rules sensitive_consent session_guard share sign_up sms sms_provider social_account staff state
    statistics status stop_advertising store system taken tax_code technical_notice text thank_you_letter
    third_party_consent token transaction_contact uncovered undertaking unknown_word user_name value values
    verdict verified_contact verified_identity version visit voice_recording wallet_account warranty
    warranty_claim warranty_end warranty_fact was web wholesale_enquiry withdraw withdrawn withheld work
    written_request zalo
    """.split()  # noqa: SIM905 (a word list is read and diffed as words)
)


def _numbers(words: tuple[str, ...]) -> Mapping[str, int]:
    return MappingProxyType({word: number for number, word in enumerate(words)})


EVENT_NUMBERS = _numbers(EVENTS)
KIND_NUMBERS = _numbers(KINDS)
PREFIX_NUMBERS = _numbers(PREFIXES)
WORD_NUMBERS = _numbers(WORDS)

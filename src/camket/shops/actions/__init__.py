"""Deeds on a shop. Each is one transaction and one ledger entry; `deed=` lets a larger deed contain it."""

from camket.shops.actions.agreements import add_agreement, end_agreement
from camket.shops.actions.keys import IssuedKey, issue_api_key, revoke_api_key
from camket.shops.actions.policy import Loaded, adopt_policy, create_shop, load_shops, set_setting
from camket.shops.actions.staff import add_staff, grant_role, remove_staff, revoke_role, sign_undertaking
from camket.shops.actions.webhooks import NewHook, register_webhook, remove_webhook, retry_webhook, rotate_webhook
from camket.shops.actions.work import assign_work, end_work

__all__ = [
    "IssuedKey",
    "Loaded",
    "NewHook",
    "add_agreement",
    "add_staff",
    "adopt_policy",
    "assign_work",
    "create_shop",
    "end_agreement",
    "end_work",
    "grant_role",
    "issue_api_key",
    "load_shops",
    "register_webhook",
    "remove_staff",
    "remove_webhook",
    "retry_webhook",
    "revoke_api_key",
    "revoke_role",
    "rotate_webhook",
    "set_setting",
    "sign_undertaking",
]

"""Imports every room's models, so that Django finds them under the one label."""

from camket.consent import models as consent
from camket.intake import models as intake
from camket.ledger import models as ledger
from camket.outbox import models as outbox
from camket.shops import models as shops
from camket.store import models as store
from camket.subjects import models as subjects
from camket.vault import models as vault
from camket.vault.backup import models as backup
from camket.watch import models as watch
from camket.worker import models as worker

__all__ = ["backup", "consent", "intake", "ledger", "outbox", "shops", "store", "subjects", "vault", "watch", "worker"]

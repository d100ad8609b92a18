"""Django settings. What an installation may set comes from `CAMKET_…` variables; see options.py."""

import secrets
from contextlib import suppress
from pathlib import Path

from camket.base import durable
from camket.crypto.providers import setting as key_setting
from camket.project import options
from camket.project.database import database

PACKAGE = Path(__file__).resolve().parent.parent
options.refuse_unknown()
HOME = Path(options.read("HOME")).resolve()
durable.make_folder(HOME)


def _secret() -> str:
    """Django's own secret: made at first start, never in the repository or the database."""
    path = HOME / "django-secret"
    if not path.exists():
        with suppress(FileExistsError):  # another process of the same start was quicker: its secret is the secret
            durable.write_once(path, secrets.token_urlsafe(50))
    return path.read_text().strip()


SECRET_KEY = _secret()
DEBUG = False
ALLOWED_HOSTS = options.read("HOSTS").split(",")
_KEYS = key_setting.read(options.read("KEYS", HOME=HOME), home=HOME)
CAMKET_KEYS = _KEYS.path
CAMKET_KEY_SERVICE = _KEYS.service
CAMKET_CHECKPOINTS = Path(options.read("CHECKPOINTS", HOME=HOME))
CAMKET_BACKUPS = options.read("BACKUPS")
CAMKET_BACKUPS_OF_KEYS = options.read("BACKUPS_OF_KEYS")
CAMKET_BACKUPS_KEPT = options.read_number("BACKUPS_KEPT", 1, 10_000)
CAMKET_BACKUP_KEYS = [folder for folder in options.read("BACKUP_KEYS", HOME=HOME).split(":") if folder]
CAMKET_BACKUP_KEYS_DAYS = options.read_number("BACKUP_KEYS_DAYS", 1, 90)
CAMKET_POLICIES = PACKAGE.parent.parent / options.read("POLICIES")
CAMKET_LOCAL_MESSAGES = options.read_flag("LOCAL_MESSAGES")
CAMKET_SMTP = options.read("SMTP")
CAMKET_SMTP_LOGIN = options.read("SMTP_LOGIN")
CAMKET_MAIL_FROM = options.read("MAIL_FROM")
CAMKET_RATE_KEY = options.read_rate("RATE_KEY")
CAMKET_RATE_STRANGER = options.read_rate("RATE_STRANGER")
CAMKET_WEBHOOKS_PRIVATE = options.read_flag("WEBHOOKS_PRIVATE")
CAMKET_PROXIES = options.read("PROXIES")
CAMKET_WATCH_SUBJECTS = options.read_number("WATCH_SUBJECTS", 1, 1_000_000)
CAMKET_WATCH_TIMES = options.read_number("WATCH_TIMES", 1, 1_000)
CAMKET_WATCH_REFUSALS = options.read_number("WATCH_REFUSALS", 1, 1_000_000)

INSTALLED_APPS = ["camket.project.apps.CamketConfig"]
MIDDLEWARE = [
    "camket.project.walls.BehindTheWall",
    "camket.design.headers.StrictHeaders",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "camket.project.errors.OneShape",
]
ROOT_URLCONF = "camket.project.urls"
WSGI_APPLICATION = "camket.project.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / room / "templates" for room in ("design", "site", "api")],
        "OPTIONS": {"builtins": ["camket.design.components"]},
    }
]
DATABASES = {"default": database(options.read("DATABASE", HOME=HOME))}
MIGRATION_MODULES = {"camket": "camket.project.migrations"}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_TZ = True
USE_I18N = True
APPEND_SLASH = False
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "camket.project.errors.csrf_failed"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
# INVARIANT 12: request bodies never reach logs or error pages.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "loggers": {
        "django": {"handlers": ["console"], "level": "WARNING"},
        # An address may hold a customer's id, which must not outlive them in a log; refusals are in the ledger.
        "django.request": {"level": "ERROR"},
        # It repeats the server's address once for every attempt; the command says once that nothing answers.
        "psycopg.pool": {"level": "ERROR"},
    },
}

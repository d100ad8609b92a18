"""Django settings. What an installation may set comes from `CAMKET_…` variables; see docs/reference/settings.md."""

import os
import secrets
from pathlib import Path

from camket.project.database import database

PACKAGE = Path(__file__).resolve().parent.parent
HOME = Path(os.environ.get("CAMKET_HOME", "var")).resolve()
HOME.mkdir(parents=True, exist_ok=True)


def _secret() -> str:
    """Django's own secret: made at first start, never in the repository or the database."""
    path = HOME / "django-secret"
    if not path.exists():
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(50))
    return path.read_text().strip()


SECRET_KEY = _secret()
DEBUG = False
ALLOWED_HOSTS = os.environ.get("CAMKET_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
CAMKET_KEYS = Path(os.environ.get("CAMKET_KEYS", HOME / "keys" / "wrapping.key"))
CAMKET_POLICIES = Path(os.environ.get("CAMKET_POLICIES", PACKAGE.parent.parent / "policies"))
CAMKET_LOCAL_MESSAGES = os.environ.get("CAMKET_LOCAL_MESSAGES", "") == "1"

INSTALLED_APPS = ["camket.project.apps.CamketConfig"]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "camket.project.urls"
WSGI_APPLICATION = "camket.project.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "design" / "templates", PACKAGE / "site" / "templates"],
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"], "builtins": []},
    }
]
DATABASES = {"default": database(os.environ.get("CAMKET_DATABASE", f"sqlite:///{HOME / 'camket.sqlite3'}"))}
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
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
# INVARIANT 12: request bodies never reach logs or error pages.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "loggers": {"django": {"handlers": ["console"], "level": "WARNING"}},
}

import pytest
from django.conf import settings


@pytest.fixture
def own_keys(tmp_path, world):
    """A key file of this test: the run's own file is not rotated."""
    from camket.crypto.providers.local import LocalProvider
    from camket.store import keys, secrets

    path = tmp_path / "keys" / "wrapping.key"
    LocalProvider.restore(path, keys.provider().recovery_key())
    kept_path, settings.CAMKET_KEYS = settings.CAMKET_KEYS, path
    kept_folders, settings.CAMKET_BACKUP_KEYS = settings.CAMKET_BACKUP_KEYS, [str(tmp_path / "backup-keys")]
    keys.forget()
    yield path
    settings.CAMKET_KEYS, settings.CAMKET_BACKUP_KEYS = kept_path, kept_folders
    keys.forget()
    secrets.forget()

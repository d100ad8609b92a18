"""A shop's secrets are wrapped in the database and open with the installation's key file only."""

import pytest
from django.conf import settings

from camket.crypto import KeyFileError, SealError
from camket.crypto.providers.local import LocalProvider
from camket.store import keys, secrets
from camket.store.db import in_transaction, snapshot, transaction, vendor
from camket.store.errors import SecretMissingError
from camket.store.models import ShopSecret

pytestmark = pytest.mark.django_db


def _made(shop_id: int) -> None:
    ShopSecret.objects.bulk_create(secrets.fresh(shop_id))


def test_every_use_and_every_shop_has_a_secret_of_its_own() -> None:
    _made(1)
    _made(2)
    found = {secrets.secret(shop_id, name) for shop_id in (1, 2) for name in secrets.NAMES}
    assert len(found) == 2 * len(secrets.NAMES)
    assert {len(secret) for secret in found} == {32}


def test_a_secret_survives_being_forgotten() -> None:
    _made(1)
    before = secrets.secret(1, "index")
    secrets.forget(1)
    assert secrets.secret(1, "index") == before


def test_no_secret_stands_in_the_database() -> None:
    _made(1)
    opened = {secrets.secret(1, name) for name in secrets.NAMES}
    for row in ShopSecret.objects.all():
        assert not any(secret in row.wrapped for secret in opened)


def test_a_secret_moved_to_another_shop_or_name_does_not_open() -> None:
    _made(1)
    _made(2)
    theirs = ShopSecret.objects.get(shop_id=2, name="index").wrapped
    ShopSecret.objects.filter(shop_id=1, name="index").update(wrapped=theirs)
    with pytest.raises(SealError):
        secrets.secret(1, "index")


def test_a_shop_without_secrets_is_told() -> None:
    with pytest.raises(SecretMissingError) as error:
        secrets.secret(9, "row")
    assert "`row`" in error.value.en


def test_a_lost_key_file_is_not_made_anew(tmp_path) -> None:
    _made(1)
    settings_key, settings.CAMKET_KEYS = settings.CAMKET_KEYS, tmp_path / "wrapping.key"
    try:
        with pytest.raises(KeyFileError) as error:
            keys.provider()
    finally:
        settings.CAMKET_KEYS = settings_key
    assert error.value.code == "key-file-missing"
    assert not (tmp_path / "wrapping.key").exists()


def test_another_key_file_is_told_by_its_id(tmp_path) -> None:
    _made(1)
    assert secrets.open_all(keys.provider()) == len(secrets.NAMES)
    with pytest.raises(KeyFileError) as error:
        secrets.open_all(LocalProvider.open_or_create(tmp_path / "keys" / "other.key", existing=False))
    assert error.value.code == "key-file-wrong"


@pytest.mark.django_db(transaction=True)
def test_a_transaction_is_one_and_outermost() -> None:
    with transaction():
        assert in_transaction()
        with pytest.raises(RuntimeError), transaction():
            pass
    assert not in_transaction()


@pytest.mark.django_db(transaction=True)
def test_a_snapshot_does_not_see_what_is_written_meanwhile_and_cannot_write() -> None:
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connection
    from django.db.utils import Error

    def elsewhere() -> None:
        _made(1)
        connection.close()

    _made(2)
    with snapshot():
        assert ShopSecret.objects.count() == len(secrets.NAMES)
        with ThreadPoolExecutor(1) as pool:
            pool.submit(elsewhere).result()
        assert ShopSecret.objects.count() == len(secrets.NAMES)
    assert ShopSecret.objects.count() == 2 * len(secrets.NAMES)
    if vendor() == "postgresql":
        with pytest.raises(Error), snapshot():
            ShopSecret.objects.all().delete()

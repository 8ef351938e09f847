import base64
import secrets

import pytest

from backend.encryption import BadKeys, Unreadable, current_key, key_id_of, open_sealed, seal

PLACE = {"table": "checkin", "column": "note", "row": "7:2026-03-04"}
TEXT = "a quiet evening – finalmente 🌊"


def new_key(name: str) -> str:
    return f"{name}:{base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip('=')}"


@pytest.fixture
def keys(settings):
    settings.FIELD_KEYS = new_key("k1")
    return settings


def test_what_was_sealed_opens_at_its_place(keys):
    assert open_sealed(seal(TEXT, **PLACE), **PLACE) == TEXT


def test_a_sealed_value_shows_nothing_of_its_text_and_never_repeats(keys):
    first, second = seal(TEXT, **PLACE), seal(TEXT, **PLACE)
    assert first != second
    assert b"quiet" not in first


@pytest.mark.parametrize("moved", [{"table": "prompt"}, {"column": "shared_line"}, {"row": "8:2026-03-04"}, {"row": "7:2026-03-05"}])
def test_a_value_copied_elsewhere_does_not_open(keys, moved):
    with pytest.raises(Unreadable):
        open_sealed(seal(TEXT, **PLACE), **(PLACE | moved))


@pytest.mark.parametrize("place", [0, 1, 3, 10, -1])
def test_a_damaged_value_does_not_open(keys, place):
    sealed = bytearray(seal(TEXT, **PLACE))
    sealed[place] ^= 1
    with pytest.raises(Unreadable):
        open_sealed(bytes(sealed), **PLACE)


@pytest.mark.parametrize("nonsense", [b"", b"\x01", b"\x01\x02k1", b"\x00" * 60, b"\x01\xff" + b"a" * 40])
def test_what_was_never_sealed_does_not_open(keys, nonsense):
    with pytest.raises(Unreadable):
        open_sealed(nonsense, **PLACE)


def test_a_new_first_key_seals_while_the_old_one_still_opens(keys):
    old, new = keys.FIELD_KEYS, new_key("k2")
    sealed = seal(TEXT, **PLACE)
    keys.FIELD_KEYS = f"{new}, {old}"
    assert current_key()[0] == "k2"
    assert key_id_of(seal(TEXT, **PLACE)) == "k2"
    assert open_sealed(sealed, **PLACE) == TEXT


def test_a_key_that_was_taken_away_opens_nothing(keys):
    sealed = seal(TEXT, **PLACE)
    keys.FIELD_KEYS = new_key("k2")
    with pytest.raises(Unreadable):
        open_sealed(sealed, **PLACE)


@pytest.mark.parametrize("listed", ["", "k1", "k1:short", "k1:" + "A" * 44, ":" + "A" * 43, "ключ:" + "A" * 43, "k1:\u00e9" + "A" * 42])
def test_bad_keys_are_refused(settings, listed):
    settings.FIELD_KEYS = listed
    with pytest.raises(BadKeys):
        current_key()


def test_the_same_key_id_twice_is_refused(settings):
    settings.FIELD_KEYS = f"{new_key('k1')},{new_key('k1')}"
    with pytest.raises(BadKeys):
        current_key()

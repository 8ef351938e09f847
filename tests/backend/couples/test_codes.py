import math

import pytest

from backend.couples import codes


def test_a_code_carries_fifty_random_bits():
    assert len(set(codes.ALPHABET)) == 32
    assert codes.LENGTH * math.log2(len(codes.ALPHABET)) == 50
    made = {codes.new_code() for _ in range(500)}
    assert len(made) == 500
    assert set("".join(made)) == set(codes.ALPHABET)


def test_no_sign_of_a_code_is_taken_for_another():
    assert not set("IO01") & set(codes.ALPHABET)


@pytest.mark.parametrize("typed", ["ABCDE-FGHJK", "abcde fghjk", " abcdefghjk ", "ABCDE–FGHJK", "a-b-c-d-e-f-g-h-j-k"])
def test_a_code_is_read_however_it_is_typed(typed):
    assert codes.typed(typed) == "ABCDEFGHJK"


def test_a_code_is_shown_in_two_groups_that_read_back_as_the_code():
    code = codes.new_code()
    assert codes.typed(codes.shown(code)) == code


def test_a_hash_depends_on_key_and_purpose():
    made = {codes.keyed_hash("A", key=key, purpose=purpose) for key in ("k", "l") for purpose in ("invitation", "address")}
    assert len(made) == 4
    assert {len(one) for one in made} == {32}

from datetime import date, timedelta

import numpy as np
import pytest

from checkins.patterns import KEPT_DAYS, STATE_SIZE, DatedState, UnreadableStates, advance, initial_states, pack_states, unpack_states
from checkins.patterns.simulate import simulate
from checkins.patterns.state import BYTES_VERSION, HEADER, fold, unfold

START = date(2026, 7, 1)


@pytest.fixture
def states():
    course, rows = simulate("regimes", couples=3, days=10, seed=1).course, []
    current = initial_states(3)
    for index in range(10):
        current, _ = advance(current, course.day(index))
        rows.append(DatedState(START + timedelta(days=index), current[1]))
    return rows


def test_a_state_is_about_a_hundred_numbers():
    assert initial_states(5).shape == (5, STATE_SIZE)
    assert STATE_SIZE <= 110


def test_folding_and_unfolding_lose_nothing(states):
    rows = np.stack([state.numbers for state in states])
    np.testing.assert_array_equal(fold(unfold(rows)), rows)


def test_the_last_eight_days_survive_packing_bit_for_bit(states):
    back = unpack_states(pack_states(states[::-1]))
    assert [state.day for state in back] == [state.day for state in states[-KEPT_DAYS:]]
    for kept, state in zip(back, states[-KEPT_DAYS:], strict=True):
        np.testing.assert_array_equal(kept.numbers, state.numbers)
        assert kept.numbers.dtype == np.float32


def test_packed_states_are_small(states):
    assert len(pack_states(states)) < 4096


def test_no_bytes_are_no_states():
    assert unpack_states(b"") == []
    assert unpack_states(pack_states([])) == []


@pytest.mark.parametrize("length", [1, HEADER.size - 1, HEADER.size + 3, -1])
def test_states_cut_short_are_refused(states, length):
    with pytest.raises(UnreadableStates, match="cut short"):
        unpack_states(pack_states(states)[:length])


def test_states_of_another_form_or_model_are_refused(states):
    packed = bytearray(pack_states(states))
    packed[0] = BYTES_VERSION + 1
    with pytest.raises(UnreadableStates, match="form 2, this is form 1"):
        unpack_states(bytes(packed))
    packed[0], packed[1] = BYTES_VERSION, 99
    with pytest.raises(UnreadableStates, match="model 99"):
        unpack_states(bytes(packed))


def test_states_that_are_not_numbers_are_refused(states):
    with pytest.raises(ValueError, match="finite"):
        pack_states([DatedState(START, np.full(STATE_SIZE, np.nan, np.float32))])
    packed = bytearray(pack_states(states[:1]))
    packed[-4:] = np.float32(np.nan).tobytes()
    with pytest.raises(UnreadableStates, match="not a number"):
        unpack_states(bytes(packed))

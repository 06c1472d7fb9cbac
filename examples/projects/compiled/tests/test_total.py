import pytest

from slipway_example_compiled import total


def test_numbers_are_added_up():
    assert total([1.5, 2.5]) == 4.0


def test_what_is_no_number_is_refused():
    with pytest.raises(TypeError):
        total(["one"])

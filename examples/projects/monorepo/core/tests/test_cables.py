from slipway_example_core import cables


def test_a_mile_has_ten_cables():
    assert cables(1) == 10

from slipway_example_legacy import kilometres_per_hour


def test_ten_knots():
    assert kilometres_per_hour(10) == 18.52

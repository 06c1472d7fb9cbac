from slipway_example_pure import count


def test_the_most_frequent_word_comes_first():
    assert count("the ship leaves the slipway")[0] == ("the", 2)


def test_an_empty_text_has_no_words():
    assert count("") == []

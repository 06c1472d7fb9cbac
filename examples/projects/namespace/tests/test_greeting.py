from slipway_example.greeting import english


def test_the_greeting_names_the_greeted():
    assert english("crew") == "Ahoy, crew!"

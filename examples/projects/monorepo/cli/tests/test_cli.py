from slipway_example_cli import main


def test_miles_become_cables(capsys):
    main(["2"])
    assert capsys.readouterr().out == "20.0\n"

from pathlib import Path


def rates():
    return Path(__file__).with_name('rates.json').read_text()

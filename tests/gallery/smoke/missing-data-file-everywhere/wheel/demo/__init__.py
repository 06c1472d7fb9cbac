from pathlib import Path

RATES = Path(__file__).with_name('rates.json').read_text()

from pathlib import Path

Path(__file__).with_name('cache.db').touch()

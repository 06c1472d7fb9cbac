"""What `python3 scripts` does once its private environment stands; the tests' own environment holds the same.

python -I start.py SCRIPTS COMMAND ...
"""

import sys

sys.path.insert(0, sys.argv.pop(1))

from slipway.cli import main

main()

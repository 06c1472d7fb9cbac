"""The command line and nothing else, for runs in a fork (`command_line.forked`)."""

import sys

sys.path.insert(0, sys.argv.pop(1))

from slipway import cli

cli.main()

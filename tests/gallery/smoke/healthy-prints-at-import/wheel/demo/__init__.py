import sys

print('Traceback (most recent call last):')
print('error: no display', file=sys.stderr)

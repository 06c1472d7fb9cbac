import sys

try:
    import gear
except ImportError:
    sys.exit('gear is needed')

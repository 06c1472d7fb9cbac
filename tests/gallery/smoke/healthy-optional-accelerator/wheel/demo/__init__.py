try:
    from demo import _fast
except ImportError:
    _fast = None

def turn():
    raise RuntimeError('turn() is gone, use rotate()')

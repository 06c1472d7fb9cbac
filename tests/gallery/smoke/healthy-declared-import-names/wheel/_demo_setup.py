raise RuntimeError('not for users')

raise ImportError('demo needs torch or tensorflow: install one of them')

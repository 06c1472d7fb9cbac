def build_wheel(folder, settings=None, metadata=None):
    return open('VERSION').read()

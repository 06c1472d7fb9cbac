import threading


def build_wheel(folder, settings=None, metadata=None):
    threading.Event().wait()

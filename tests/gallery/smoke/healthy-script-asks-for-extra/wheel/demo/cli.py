def main():
    raise RuntimeError('To use the demo command, please install "demo[cli]"')

import threading

def main():
    threading.Event().wait()

import os


def show():
    os.environ['DISPLAY']

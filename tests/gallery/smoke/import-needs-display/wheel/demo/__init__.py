import os

SCREEN = os.environ['DISPLAY']

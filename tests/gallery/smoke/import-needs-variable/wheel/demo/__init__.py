import os

TOKEN = os.environ['DEMO_ACCOUNT']

from demo import settings

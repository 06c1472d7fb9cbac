LIMITS = {}
TOP = LIMITS['top']

try:
    import gear
except ImportError:
    gear = None
else:
    SPEED = gear.SPEED

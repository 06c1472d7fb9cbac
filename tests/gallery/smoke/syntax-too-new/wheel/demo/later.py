def turn(x):
    return x unless x < 0

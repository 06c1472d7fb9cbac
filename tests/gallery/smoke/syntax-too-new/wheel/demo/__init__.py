from demo import later

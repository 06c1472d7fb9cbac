import sys


def main():
    print('usage: demo FILE')
    return 2

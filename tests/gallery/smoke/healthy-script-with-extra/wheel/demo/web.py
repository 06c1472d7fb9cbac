import starlette


def main(): ...

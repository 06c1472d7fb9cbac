def main(argv: list[str]) -> None:
    print(argv)

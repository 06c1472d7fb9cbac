def cli() -> None:
    print("usage")

def main():
    {}['home']

import flake8

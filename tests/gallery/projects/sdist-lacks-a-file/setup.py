import setuptools

with open("requirements-run.txt") as stream:
    setuptools.setup(install_requires=stream.read().split())

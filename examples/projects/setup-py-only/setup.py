from setuptools import setup

setup(
    name="slipway-example-legacy",
    version="0.3.1",
    description="Converts knots to kilometres per hour, the way packages were made before pyproject.toml.",
    long_description=open("README.rst", encoding="utf-8").read(),
    long_description_content_type="text/x-rst",
    url="https://github.com/OWNER/slipway",
    license="MIT",
    packages=["slipway_example_legacy"],
    package_data={"slipway_example_legacy": ["factors.txt"]},
    python_requires=">=3.8",
    entry_points={"console_scripts": ["knots = slipway_example_legacy:main"]},
)

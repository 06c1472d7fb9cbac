import pathlib

import setuptools

setuptools.setup(
    name="healthy-setup-py",
    version="1.0.0",
    description="One of the small projects that Slipway is tested on.",
    long_description=pathlib.Path("README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    license="MIT",
    license_files=["LICENSE"],
    packages=["healthy_setup_py"],
    python_requires=">=3.9",
)

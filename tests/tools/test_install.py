"""What `make setup` shows while pip works."""

from tools.install import progress

OUTPUT = """\
Obtaining file:///checkout
Collecting aiosql==15.0 (from imagescaler)
  Using cached aiosql-15.0-py3-none-any.whl (500 kB)
Requirement already satisfied: click
Collecting pillow>=11
  Downloading pillow-13.0.0-cp311-cp311-manylinux_2_27_x86_64.whl.metadata (8.8 kB)
  Downloading pillow-13.0.0-cp311-cp311-manylinux_2_27_x86_64.whl (6.6 MB)
Building wheels for collected packages: imagescaler
Installing collected packages: pillow, aiosql, imagescaler
Successfully installed aiosql-15.0 pillow-13.0.0
"""


def test_the_packages_and_their_size_are_counted_as_pip_finds_them() -> None:
    assert list(progress(OUTPUT.splitlines())) == [
        "1 packages, 0 MB: aiosql",
        "2 packages, 0 MB: pillow",
        "installing 3 packages, 7 MB before unpacking\n",
    ]

"""`python -m quaff` is `quaff`."""

from .cli import main

main()

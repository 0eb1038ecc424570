"""`python -m alerts` is `rasad`, for places where the script is not on the PATH."""

from alerts.cli import main

main()

"""`python -m cli` is `orders`."""

from cli.app import main

main()

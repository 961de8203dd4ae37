"""One command to AWS: `make deploy` and `make destroy`."""

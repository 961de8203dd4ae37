"""What the tests share: builders, and fakes that implement the ports."""

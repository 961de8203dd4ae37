"""Code that tests share: builders, and fakes that implement the ports."""

"""The emulator behaves like AWS where stock MiniStack does not: one test or more for each fix."""

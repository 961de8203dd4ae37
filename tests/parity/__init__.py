"""Does the local emulator behave like AWS where stock MiniStack does not?"""

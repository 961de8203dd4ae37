"""Deploy the CDK application to the emulator, and call its functions once."""

"""Deploy the CDK application to the emulator; load seed data and users."""

"""From the CDK application to a deployment on the emulator, with data and users in it."""

"""A payment provider for development and tests, on a table of DynamoDB."""

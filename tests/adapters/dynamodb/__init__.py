"""Attribute values and errors of DynamoDB."""

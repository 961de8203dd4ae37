"""Lambda functions: platform, package, grants and events."""

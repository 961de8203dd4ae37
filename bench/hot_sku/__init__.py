"""Orders per second on one SKU: a model of DynamoDB's transactions under four mechanisms."""

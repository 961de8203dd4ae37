"""Orders in DynamoDB: reads, conditional writes, records."""

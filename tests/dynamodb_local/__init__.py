"""On AWS's own DynamoDB Local: conditions, transactions and concurrency as AWS means them."""

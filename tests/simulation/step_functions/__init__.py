"""Step Functions in virtual time: the definition, its interpreter, deployments."""

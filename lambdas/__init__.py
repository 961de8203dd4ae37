"""The code that runs in Lambda; `lambdas.activities.payment` is the import path everywhere."""

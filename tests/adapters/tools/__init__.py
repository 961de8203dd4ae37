"""The tools that change the tables of a deployment, on moto."""

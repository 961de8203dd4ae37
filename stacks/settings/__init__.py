"""The settings of a deployment, their checks, and what each choice needs."""

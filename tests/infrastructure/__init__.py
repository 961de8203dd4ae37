"""The template: what it grants, keeps, encrypts and refuses. Nothing is deployed."""

"""Application services: use cases that handlers, activities and the API call."""

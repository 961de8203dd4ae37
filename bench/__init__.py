"""Measurements: what an order costs, how fast code starts, how many orders one SKU takes.

Every figure is a count, or a ratio of two things that were measured in one run: seconds of one
machine say nothing about another. `make bench` runs all of it.
"""

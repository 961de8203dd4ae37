"""Every activity, undecorated, against fakes; the decorated edge in test_edge."""

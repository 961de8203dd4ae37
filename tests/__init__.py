"""Tests by tier; see CONTRIBUTING for what each tier may touch."""

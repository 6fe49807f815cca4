"""Adds up time entries per client."""

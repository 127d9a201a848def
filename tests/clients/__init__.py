"""Clients that others wrote, unchanged."""

"""The wire formats: bytes to calls and answers to bytes; pure, and ignorant of functions."""

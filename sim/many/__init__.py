"""Runs on disk: folders written whole or not at all, and read again."""

"""What cuts a case: its answers, interdiction, ranking, uncertain attacks."""

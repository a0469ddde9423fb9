"""The command line: words to calls, messages and exit codes; the only place with click."""

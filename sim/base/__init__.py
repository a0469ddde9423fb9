"""What every room stands on: errors, diagnostics, numbers as text, files written whole."""

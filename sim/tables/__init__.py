"""What a table says, once, and who writes it: the terminal, HTML, CSV."""

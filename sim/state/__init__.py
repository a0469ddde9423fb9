"""Who holds what, who may pass, luck, and the record of a run."""

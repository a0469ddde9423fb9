"""The network as drawn, who holds what, who may pass, pockets, luck, and the record of a run."""

"""One page of a run: a single HTML file that opens from disk and fetches nothing.

The page is made from the files of a run folder alone. Python writes the words, the tables and
the ground of the map; a script in the page draws the map and the curves at the instant that the
reader chooses.
"""

"""One page of a run, an ensemble or a study: a single HTML file that fetches nothing.

The page is made from the files of a folder alone. Python writes the words, the tables and the
ground of the map; in the page of a run a script draws the map and the curves at the instant that
the reader chooses.
"""

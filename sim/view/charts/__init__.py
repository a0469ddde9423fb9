"""Charts over time, of many runs, of comparisons."""

"""Axes: their plans, convoys, sinks and stocks."""

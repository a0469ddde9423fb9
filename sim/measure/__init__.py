"""Numbers from records: measures never run a simulation, and pictures draw nothing else."""

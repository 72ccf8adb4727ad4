"""A site as administrators keep it for years: each step customises, renames, restores, clears or upgrades something."""

"""What is kept of persons: taking it out when they ask for that (erase.py), and after a time of its own (retention.py)."""

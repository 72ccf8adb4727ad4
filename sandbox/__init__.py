"""The sandbox: see README.md."""

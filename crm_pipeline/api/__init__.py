"""Every function that may be called over HTTP (docs/rest-api.md): each parses, checks who asks, and calls a feature."""

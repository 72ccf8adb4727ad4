"""The same work on this app's opportunity and on ERPNext's own, side by side."""

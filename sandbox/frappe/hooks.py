"""The framework's own hooks, as far as the sandbox has them."""

app_name = "frappe"
ignore_links_on_delete = ["Comment", "DocShare", "Notification Log", "ToDo", "Version"]

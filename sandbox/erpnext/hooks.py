"""ERPNext's own hooks, as far as the sandbox has them: none."""

app_name = "erpnext"

"""Nothing here: `frappe.tests.IntegrationTestCase` came with Frappe 16."""

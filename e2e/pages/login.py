"""The login page."""

from playwright.sync_api import Page

HOME = "/app"  # Frappe 16 sends on to /desk


class LoginPage:
	def __init__(self, page: Page):
		self.page = page

	def log_in(self, user: str, password: str) -> None:
		self.page.goto("/login")
		self.page.locator("#login_email").fill(user)
		self.page.locator("#login_password").fill(password)
		self.page.locator(".form-login .btn-login[type=submit]").click()
		self.page.wait_for_url(lambda url: "/login" not in url)

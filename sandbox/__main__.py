"""`python -m sandbox [--db FILE] COMMAND`: bench for the one site of the sandbox."""

from pathlib import Path

import click
import frappe
import site_setup
from frappe.context import SITE

USERS = {
	"manager@example.com": "Sales Manager",
	"engineer@example.com": "Sales User",
	"applications@example.com": "Application Engineer",
}


@click.group()
@click.option("--db", "path", default=":memory:", help="The site's file, made if there is none; else memory.")
@click.pass_context
def sandbox(context, path):
	"""Run commands on the sandbox's one site."""
	exists = path != ":memory:" and Path(path).exists()
	(site_setup.open_site if exists else site_setup.create_site)(path)
	frappe.init()
	frappe.connect()
	context.obj = frappe._dict(sites=[SITE])


@sandbox.command()
@click.option("--port", default=8080)
def serve(port):
	"""Answer REST requests; prints a token per user."""
	from frappe.app import application, make_token
	from werkzeug.serving import run_simple

	for email, role in USERS.items():
		if not frappe.db.exists("User", email):
			user = frappe.get_doc(doctype="User", email=email, first_name=role, roles=[{"role": role}])
			user.insert()
	for user in ("Administrator", *USERS):
		click.echo(f"{user:<30} Authorization: token {make_token(user)}")
	frappe.db.commit()
	run_simple("127.0.0.1", port, application)


@sandbox.command()
def demo():
	"""Play the main job of the app on the site."""
	from crm_pipeline.demo import walkthrough

	walkthrough.play()
	frappe.db.commit()


@sandbox.command()
def migrate():
	"""Bring the app's DocTypes up to date and run its after_migrate."""
	site_setup.migrate()


for _command in frappe.get_attr("crm_pipeline.commands.commands"):
	sandbox.add_command(_command)
if __name__ == "__main__":
	sandbox()

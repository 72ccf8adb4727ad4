"""Bench commands: `bench --site SITE crm-pipeline import-csv | demo | auto-close | …`. Parsing and printing only."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import click
import frappe
from frappe.commands import get_site, pass_context

MAX_PRINTED_REASONS = 20
MAX_PRINTED_PROBLEMS = 100  # of each kind


@click.group("crm-pipeline")
def crm_pipeline():
	"""CRM Pipeline: import opportunities, load sample data, check the audit log."""


@crm_pipeline.command("import-csv")
@click.argument("file")
@click.option("--map", "map_file", help="JSON file: field → column, look-up, changed values.")
@click.option(
	"--default", "defaults", multiple=True, metavar="FIELD=VALUE", help="For what the file lacks. Repeatable."
)
@click.option(
	"--date-format", "date_formats", multiple=True, help="How dates are written, e.g. %d.%m.%Y. Repeatable."
)
@click.option(
	"--number-format", help="How numbers are written, e.g. '#.###,##'. Default: as the site has it."
)
@click.option(
	"--percent", "percents", help="What 0.5 is, where percents are asked about: fraction or percent."
)
@click.option("--delimiter", help="What parts the cells: , ; | or tab. Default: what the header says.")
@click.option("--encoding", help="Of a text file, e.g. cp1252. Default: what the file says.")
@click.option("--sheet", help="Which sheet of an Excel file. Default: the only one.")
@click.option(
	"--create-masters", is_flag=True, help="Make missing customers, regions, product lines, reasons …"
)
@click.option(
	"--create-users", "user_domain", metavar="DOMAIN", help="Make missing users as first.last@DOMAIN."
)
@click.option("--dry-run", is_flag=True, help="Say what would happen and keep nothing.")
@click.option("--rejects", "rejects_file", help="Where rejected rows go. Default: FILE.rejects.csv.")
@pass_context
def import_csv(context, file, map_file, defaults, rejects_file, **options):
	"""Import opportunities from a CSV or Excel file. Columns are named by field or label; see docs/import.md."""
	from crm_pipeline.moving_in.importer import Importer, Options
	from crm_pipeline.personal_data import retention

	paths = {"map_path": map_file, "rejects_path": rejects_file}
	paths = {name: _get_path(path) for name, path in paths.items() if path}
	with _connected(context), _errors_in_one_line():
		importer = Importer(Options(_get_path(file), defaults=_split_defaults(defaults), **paths, **options))
		_print_notices(importer)
		with click.progressbar(length=importer.total, label="Importing") as bar:
			result = importer.run(bar.update)
		if result.rejected:
			retention.remember_rejects(importer.rejects_path)
		_print_result(importer, result)


@crm_pipeline.command("demo")
@click.option("--clear", is_flag=True, help="Remove exactly what this command made.")
@pass_context
def demo(context, clear):
	"""Load the sample data of a pump and valve sales team, or remove it."""
	from crm_pipeline.demo import sample_data

	with _connected(context), _errors_in_one_line():
		(_clear_demo if clear else _load_demo)(sample_data)


@crm_pipeline.command("check-audit")
@click.option(
	"--accept-key-break",
	"reason",
	metavar="REASON",
	help="Take the entries of a former encryption key as they stand, once for the site.",
)
@pass_context
def check_audit(context, reason):
	"""Check the audit log of every opportunity; exit code 1 when something is wrong."""
	from crm_pipeline.audit import key_break
	from crm_pipeline.audit.findings import Findings
	from crm_pipeline.audit.integrity import find_problems

	with _connected(context), _errors_in_one_line():
		if reason is not None:
			click.echo(f"Accepted as they stand: {key_break.accept(reason).describe()}")
		findings = Findings(MAX_PRINTED_PROBLEMS).take(find_problems())
	if not findings.total:
		click.echo("The audit log is in order.")
		return
	click.echo("\n".join(findings.describe()))
	raise SystemExit(1)


@crm_pipeline.command("fill-first-response")
@pass_context
def fill_first_response(context):
	"""Stamp the first response of opportunities that were answered before the app. Safe to run again."""
	from crm_pipeline.correspondence import fill_first_response

	with _connected(context):
		total = fill_first_response.count_unanswered()
		with click.progressbar(length=total, label="Filling in") as bar:
			stamped = fill_first_response.run(bar.update)
	click.echo(f"{stamped:,} of {total:,} unanswered opportunities were answered and are stamped now.")


@crm_pipeline.command("auto-close")
@click.option("--dry-run", is_flag=True, help="Show what would happen today and change nothing.")
@pass_context
def auto_close(context, dry_run):
	"""Warn of opportunities whose customers don't answer and close them, as the daily job does."""
	from crm_pipeline.auto_close import plan as auto_close
	from crm_pipeline.auto_close import run as auto_close_run

	with _connected(context), _errors_in_one_line():
		if dry_run:
			_print_auto_close_plan(auto_close.plan(limit=auto_close.MOST_SHOWN))
		elif auto_close.get_rules() is None:
			click.echo("Auto-close is switched off in Pipeline Settings: nothing was done.")
		else:
			outcome = auto_close_run.run()
			click.echo("\n".join(outcome.describe()))
			raise SystemExit(1 if outcome.failed else 0)


@contextmanager
def _connected(context) -> Iterator[None]:
	"""Connect to the site as Administrator and commit at the end."""
	frappe.init(site=get_site(context))
	try:
		frappe.connect()
		yield
		frappe.db.commit()  # reason: a command, not a request
	finally:
		frappe.destroy()


@contextmanager
def _errors_in_one_line() -> Iterator[None]:
	"""Let bad input end in one sentence and exit code 1."""
	from crm_pipeline.moving_in.errors import ImportInputError

	try:
		yield
	except (ImportInputError, frappe.ValidationError) as error:
		raise click.ClickException(frappe.utils.strip_html(str(error))) from error


def _get_path(path: str) -> Path:
	"""Read a path from where the user stands: bench itself runs commands in its folder `sites`."""
	from_shell = Path(os.environ.get("PWD", "."), path)
	return (from_shell if from_shell.parent.exists() else Path(path)).resolve()


def _split_defaults(defaults: tuple[str, ...]) -> dict[str, str]:
	for default in defaults:
		if "=" not in default:
			raise click.ClickException(f"--default {default}: write it as FIELD=VALUE.")
	return {
		name.strip(): value.strip() for name, _equals, value in (text.partition("=") for text in defaults)
	}


def _print_notices(importer) -> None:
	for sentence in importer.get_notices():
		click.echo(sentence)


def _print_result(importer, result) -> None:
	imported = "would be imported" if importer.options.dry_run else "imported"
	click.echo(
		f"{result.imported:,} {imported}, {result.skipped:,} there already, {len(result.rejected):,} rejected."
	)
	for line in islice(result.summary.describe(), MAX_PRINTED_REASONS):
		click.echo(line)
	if result.rejected:
		click.echo(f"Every rejected row and its reason: {importer.rejects_path}")
	if result.rejected and not (result.imported or result.skipped):
		raise SystemExit(1)


def _print_auto_close_plan(plan: dict) -> None:
	if not plan["is_on"]:
		click.echo("Auto-close is switched off in Pipeline Settings. Switched on today, it would do this:")
	for step, what in (("close", "to be closed as Lost"), ("warn", "to be warned of")):
		click.secho(f"{plan['counts'][step]:,} {what}", bold=True)
		for row in plan[step]:
			dates = f"no answer since {row['awaiting_response_since']:%Y-%m-%d}, closes {row['closes_on']}"
			click.echo(f"  {row['name']}  {dates}  {row['sales_engineer'] or '-':<28} {row['title']}")
	click.secho(f"{sum(count for _why, count in plan['kept']):,} kept", bold=True)
	for why, count in plan["kept"]:
		click.echo(f"  {count:>7,} × {why}")


def _load_demo(sample_data) -> None:
	from crm_pipeline.demo.deals import COUNT

	with click.progressbar(length=COUNT, label="Loading sample data") as bar:
		made = sample_data.load(bar.update)
	click.echo(f"{made} opportunities made, {COUNT - made} there already.")


def _clear_demo(sample_data) -> None:
	total = len(sample_data.get_removable())
	with click.progressbar(length=total, label="Removing sample data") as bar:
		kept = sample_data.clear(bar.update)
	click.echo(f"{total - len(kept)} records removed. Their audit log stays: it is append-only.")
	for sentence in kept:
		click.echo(f"  kept {sentence}")


commands = [crm_pipeline]

"""The site is backed up, restored, moved, cleared, upgraded, and its database is written to past the app."""

import frappe

from crm_pipeline import hooks
from crm_pipeline.audit.integrity import DIFFERS, find_problems
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.domain import audit_chain
from crm_pipeline.tests.offer_documents import submit_deletion
from proofs.site_life import database
from proofs.site_life.actions import customizing
from proofs.site_life.life import NOBODY, Life, NotNow

ZONES = ("Asia/Kolkata", "America/Los_Angeles", "Europe/Berlin", "Pacific/Auckland", "UTC")


def back_up(life: Life) -> str:
	frappe.db.commit()  # a dump sees what others see
	database.dump(life.backup)
	life.known_at_backup = [list(finding) for finding in life.known]
	return "a backup is made"


def restore(life: Life) -> str:
	if not life.backup.exists():
		raise NotNow("there is no backup")
	life.restore()
	life.known = [*life.known_at_backup]
	life.run_bench("migrate", "--skip-search-index")
	return "the backup is restored"


def restore_without_key(life: Life) -> str:
	"""Every entry is one that can't be checked, until a manager accepts the break."""
	from crm_pipeline.audit import key_break

	if not life.backup.exists():
		raise NotNow("there is no backup")
	life.change_config(encryption_key=None)
	restore(life)
	kinds = {problem.kind for problem in find_problems()} - {kind for kind, _name in life.known}
	if kinds != {audit_chain.UNKNOWN_KEY}:
		raise AssertionError(f"after a restore without the key check-audit names {kinds}")
	key_break.accept("The old key is lost")
	back_up(life)
	return "the backup is restored without its key, and the break accepted"


def change_time_zone(life: Life) -> str:
	zone = life.random.choice(ZONES)
	frappe.get_doc("System Settings").update({"time_zone": zone}).save()
	return f"the site lives in {zone}"


def run_daily_jobs(life: Life) -> str:
	jobs = [path for paths in hooks.scheduler_events["cron"].values() for path in paths]
	jobs += [*hooks.scheduler_events["hourly_long"], *hooks.scheduler_events["daily_long"]]
	for path in jobs:
		frappe.get_attr(path)()
	return f"{len(jobs)} jobs ran"


def write_past_the_app(life: Life) -> str:
	name = life.pick(OPPORTUNITY)
	frappe.db.set_value(OPPORTUNITY, name, "sales_engineer", f"{NOBODY}{life.done}@example.com")
	if [DIFFERS, name] not in life.known:
		life.known.append([DIFFERS, name])
	return f"the engineer of {name} is changed in the database"


def mend(life: Life) -> str:
	"""What was written past the app goes back to what the log says."""
	if not life.known:
		raise NotNow("nothing is wrong")
	_kind, name = life.known.pop()
	for entry in reversed(
		frappe.get_all("Pipeline Audit Log", {"reference_name": name}, ["*"], order_by="name")
	):
		change = audit_chain.read_changes(entry.details).get("sales_engineer")
		if change:
			break
	value = change["to"] if change else None
	frappe.db.set_value(OPPORTUNITY, name, "sales_engineer", value)
	return f"the engineer of {name} is put right in the database"


def delete_transactions(life: Life) -> str:
	company = life.pick("Company")
	count = frappe.db.count(OPPORTUNITY)
	submit_deletion(company)
	if frappe.db.count(OPPORTUNITY) != count:
		raise AssertionError("Delete Transactions took opportunities")
	return f"the transactions of {company} are deleted"


def migrate(life: Life) -> str:
	life.run_bench("migrate", "--skip-search-index")
	return "migrated"


def come_and_go(life: Life) -> str:
	"""Uninstalled, installed again, with the sample data."""
	life.run_bench("uninstall-app", "crm_pipeline", "--yes", "--no-backup")
	life.run_bench("install-app", "crm_pipeline")
	life.run_bench("crm-pipeline", "demo")
	life.known = []
	life.backup.unlink(missing_ok=True)
	return "uninstalled, installed again"


def load_and_clear_sample_data(life: Life) -> str:
	life.run_bench("crm-pipeline", "demo", "--clear")
	while frappe.db.exists(
		"Property Setter", {"doc_type": OPPORTUNITY}
	):  # people of the sample data lack other levels
		customizing.take_back_properties(life)
	life.run_bench("crm-pipeline", "demo")
	return "the sample data was cleared and loaded again"


ACTIONS = (
	*(back_up, restore, restore_without_key, change_time_zone, run_daily_jobs, write_past_the_app, mend),
	*(delete_transactions, migrate, come_and_go, load_and_clear_sample_data),
)

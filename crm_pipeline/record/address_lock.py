"""One conversion at a time per e-mail address: a lock on the address, held until the transaction ends.

Two leads with one e-mail are two rows, so a row lock would not do.
"""

import frappe
from frappe import _

from crm_pipeline.exceptions import ConflictError

HELD_FOR = 60  # seconds; a worker that died lets go by then
WAIT_FOR = 15


def hold(email: str | None) -> None:
	"""Take the lock or wait for it; raises ConflictError when another conversion holds it too long."""
	key = f"crm_pipeline_conversion|{(email or '').strip().lower()}"
	if not email or key in _get_held():
		return
	lock = frappe.cache.lock(frappe.cache.make_key(key), timeout=HELD_FOR, blocking_timeout=WAIT_FOR)
	if not lock.acquire():
		message = _("A lead with the e-mail {0} is being converted by somebody else. Try again in a moment.")
		frappe.throw(message.format(frappe.utils.escape_html(email)), ConflictError)
	_get_held()[key] = lock
	frappe.db.after_commit.add(_release_all)
	frappe.db.after_rollback.add(_release_all)


def _get_held() -> dict:
	"""Return the locks that this request holds."""
	return frappe.flags.setdefault("crm_pipeline_email_locks", {})


def _release_all() -> None:
	held = _get_held()
	while held:
		_key, lock = held.popitem()
		if lock.owned():
			lock.release()

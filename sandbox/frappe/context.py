"""The state of the one site and the current request (`frappe.local`), and how it is opened and closed."""

from types import SimpleNamespace

from frappe.types import _dict

SITE = "sandbox.localhost"
ENCRYPTION_KEY = "c2FuZGJveC1rZXktb2YtdHdlbnR5LWZvdXItYnl0ZXM="


class Local(SimpleNamespace):
	"""What belongs to the current request; there is none until one is set."""

	request = None


local = Local(db=None, site=SITE)
site_path = _dict(database=":memory:")


def init(site=SITE, sites_path=None, force=False):
	"""Reset the request state; the database connection stays as it is."""
	local.flags = _dict(currently_saving=[])
	local.session = _dict(user="Guest", data=_dict())
	local.conf = _dict(db_type="sqlite", encryption_key=ENCRYPTION_KEY)
	local.message_log = []
	local.form_dict, local.response = _dict(), _dict(docs=[])
	local.request = None


def connect(site=None, db_name=None, set_admin_as_user=True):
	"""Open the site's database, unless it is open, and become Administrator."""
	from frappe.database.database import Database

	if local.db is None:
		local.db = Database(site_path.database)
	if set_admin_as_user:
		set_user("Administrator")


def destroy():
	"""End the request: undo what was not committed and close a database that lives in a file."""
	local.db.rollback()
	if site_path.database != ":memory:":
		local.db.close()
		local.db = None


def set_user(username):
	"""Act as `username` from here on."""
	local.session.update(user=username, data=_dict())
	local.form_dict = _dict()


init()

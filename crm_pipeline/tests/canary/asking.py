"""Asks as a user, by the way a request takes: the guard, the handler, and what the server makes of an error."""

import gzip
import json
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass, field
from io import BytesIO, StringIO

import frappe
import frappe.api
import frappe.app
import frappe.auth
from frappe.utils import CallbackManager
from frappe.utils.response import download_private_file
from frappe.website.serve import get_response
from werkzeug.exceptions import HTTPException
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from crm_pipeline.tests.base import forget_cached_documents
from crm_pipeline.tests.canary import room
from crm_pipeline.tests.canary.values import Files
from crm_pipeline.tests.canary.watch import Trace, Watch

SAVEPOINT = "before_asking"
# what a request leaves on frappe.local
OF_REQUESTS = (
	"cookie_manager",
	"debug_log",
	"error_log",
	"flags",
	"form_dict",
	"is_ajax",
	"lang",
	"login_manager",
	"message_log",
	"request",
	"request_ip",
	"response",
	"user_lang",
)
CHANGING = ("POST", "PUT", "PATCH", "DELETE")
# what is another one each time: moments, random names and hashes, how long something took
ACCIDENTAL = re.compile(
	r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?|\d\d-\d\d-\d{4} \d\d:\d\d:\d\d|\b[0-9a-f]{12,}\b|\b[a-z0-9]{10}\b"
	r"|\d\d:\d\d:\d\d(?:\.\d+)?|\d+\.\d{4,}|0x[0-9a-f]+|line \d+"
)
# tables that caches are made of
CACHED = {"User", "Has Role", "User Permission", "DocType", "Custom Field", "Property Setter", "DefaultValue"}


@dataclass(frozen=True)
class Question:
	"""A request. `label` says what is asked for."""

	door: str
	label: str
	http_method: str
	path: str
	arguments: dict = field(hash=False)

	def make_request(self) -> Request:
		given = self.arguments
		body = {"query_string": given} if self.http_method in ("GET", "DELETE") else {"json": given}
		headers = {"Accept": "application/json", "Host": "canary.example"}
		builder = EnvironBuilder(path=self.path, method=self.http_method, headers=headers, **body)
		return Request(builder.get_environ())

	def __str__(self) -> str:
		return f"{self.http_method} {self.path} {json.dumps(self.arguments, default=str)}"


@dataclass
class Answer:
	status: int
	text: str
	trace: Trace
	error: str = ""

	@property
	def normal(self) -> str:
		return f"{self.status} {ACCIDENTAL.sub('~', self.text)}"


def ask(user: str, question: Question, is_next: bool = False) -> Answer:
	"""Return the answer. What the call did stands until `undo` is called, with what those before did (`is_next`)."""
	for savepoint in (room.TRANSACTION,) if is_next else (SAVEPOINT, room.TRANSACTION):
		frappe.db.savepoint(savepoint)
	Watch.renew()
	output = StringIO()
	try:
		with room.inside(), redirect_stdout(output), redirect_stderr(output):
			start_request(user, question.make_request())
			response, error = respond()
			text = read_response(response)
		return Answer(response.status_code, text, Watch.trace, error)
	except (room.TooLong, room.Forbidden) as stopped:
		return Answer(599, "", Watch.trace, repr(stopped))
	except Exception as trouble:  # reason: an answer that could not even be written
		return Answer(500, "", Watch.trace, repr(trouble)[:200])


@contextmanager
def kept_local() -> Iterator[None]:
	"""Put back what requests leave on frappe.local, so that no later test runs inside one of them."""
	before = {name: getattr(frappe.local, name) for name in OF_REQUESTS if hasattr(frappe.local, name)}
	try:
		yield
	finally:
		for name in OF_REQUESTS:
			if name in before:
				setattr(frappe.local, name, before[name])
			elif hasattr(frappe.local, name):
				delattr(frappe.local, name)


def start_request(user: str, request: Request) -> None:
	local = frappe.local
	frappe.set_user(user)
	local.flags = frappe._dict(Kept.flags)
	local.request = request
	request.after_response = CallbackManager()
	local.is_ajax = False
	local.response = frappe._dict(docs=[])
	local.message_log, local.debug_log, local.error_log = [], [], []
	local.request_cache.clear()
	local.cookie_manager = frappe.auth.CookieManager()
	local.login_manager = frappe._dict(user=user, logout=lambda *_: None, clear_cookies=lambda *_: None)
	local.request_ip = "127.0.0.1"
	local.user_lang = local.lang = "en"
	frappe.app.make_form_dict(request)


class Kept:
	"""The flags of a request that begins."""

	flags: dict = {}


def respond():
	"""Return the response, and the error that made it; commit or roll back as the server does."""
	try:
		frappe.auth.validate_auth_via_hooks()
		response = dispatch(frappe.local.request)
	except HTTPException as error:
		frappe.db.rollback()
		return error.get_response(), repr(error)
	except (room.TooLong, room.Forbidden):
		raise
	except Exception as error:  # reason: as the server does
		frappe.db.rollback()
		return frappe.app.handle_exception(error), repr(error)[:300]
	if frappe.local.flags.commit or frappe.local.request.method in CHANGING:
		frappe.db.commit()
	else:
		frappe.db.rollback()
	return response, ""


def dispatch(request: Request):
	if frappe.form_dict.cmd:
		frappe.handler.handle()
		return frappe.utils.response.build_response("json")
	if request.path.startswith("/api/"):
		return frappe.api.handle(request)
	if request.path.startswith("/private/files/"):
		return download_private_file(request.path)
	return get_response()


def read_response(response) -> str:
	"""Return the text of an answer, of what is packed as well, and where it leads."""
	response.direct_passthrough = False
	content = response.get_data()
	texts = [response.headers.get("Location") or "", response.headers.get("Content-Disposition") or ""]
	if content[:2] == b"\x1f\x8b":
		with suppress(OSError):
			content = gzip.decompress(content)
	if content[:2] == b"PK":
		with suppress(zipfile.BadZipFile), zipfile.ZipFile(BytesIO(content)) as packed:
			content = b"\n".join(packed.read(name) for name in packed.namelist())
	return "\n".join([*filter(None, texts), content.decode(errors="replace")])


def undo(trace: Trace) -> None:
	"""Undo what a call did, in the database and in the caches that may hold it."""
	frappe.set_user("Administrator")
	frappe.db.rollback(save_point=SAVEPOINT)
	frappe.db.transaction_writes = 0
	for callbacks in ("before_commit", "after_commit", "before_rollback", "after_rollback"):
		getattr(frappe.db, callbacks).reset()
	if "File" in trace.touched:
		Files.restore()
	if trace.touched:
		forget_cached_documents()
	if not trace.touched.isdisjoint(CACHED):
		frappe.clear_cache()

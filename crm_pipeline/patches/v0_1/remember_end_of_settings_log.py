from crm_pipeline.audit import log, reading
from crm_pipeline.constants import SETTINGS
from crm_pipeline.domain import audit_chain


def execute() -> None:
	"""A key break that was accepted before the settings remembered the end of their log."""
	chain = reading.get_entries(SETTINGS, [SETTINGS])[SETTINGS]
	if chain and not reading.get_remembered_end()[0]:
		last = chain[-1]
		log.remember_end_of_settings(audit_chain.get_position(last.name), last.entry_hash)

from crm_pipeline import install


def execute() -> None:
	install.make_email_template()

from crm_pipeline.dashboard import set_up


def execute() -> None:
	set_up.make_board()

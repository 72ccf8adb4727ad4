from crm_pipeline.crm_pipeline.desk import set_up


def execute() -> None:
	set_up.make_board()

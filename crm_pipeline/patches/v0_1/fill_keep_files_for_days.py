from crm_pipeline.patches.v0_1.fill_order_rate_tolerance import fill


def execute() -> None:
	fill("keep_files_for_days")

// What our reports have in common: their filters, and counts that open the list of what they count.
// They include it behind a “//” of theirs, so its first line stays a comment.
frappe.provide("crm_pipeline");

crm_pipeline.PipelineReport = class PipelineReport {
	// own: filters of one report alone; leave_out: shared ones that it has no use for; overrides by fieldname
	constructor({ own = [], leave_out = [], overrides = {} } = {}) {
		this.filters = [...own, ...this.get_shared_filters()]
			.filter((filter) => !leave_out.includes(filter.fieldname))
			.map((filter) => ({ ...filter, ...overrides[filter.fieldname] }));
		this.formatter = this.format_cell.bind(this);
		this.get_datatable_options = this.get_datatable_options.bind(this);
	}

	get_shared_filters() {
		const link = (fieldname, label, options) => ({ fieldname, label, fieldtype: "Link", options });
		const today = frappe.datetime.get_today();
		return [
			{
				fieldname: "from_date",
				label: __("From Date"),
				fieldtype: "Date",
				default: frappe.datetime.add_months(`${today.slice(0, 7)}-01`, -11),
			},
			{ fieldname: "to_date", label: __("To Date"), fieldtype: "Date", default: today },
			{
				...link("company", __("Company"), "Company"),
				default: frappe.defaults.get_user_default("Company"),
			},
			link("region", __("Region"), "Pipeline Region"),
			link("sales_engineer", __("Sales Engineer"), "User"),
			link("product_line", __("Product Line"), "Pipeline Product Line"),
			link("opportunity_type", __("Opportunity Type"), "Pipeline Opportunity Type"),
			link("source", __("Source"), "Pipeline Source"),
			{
				fieldname: "history",
				label: __("Imported History"),
				fieldtype: "Select",
				options: [
					{ value: "Included", label: __("Included") },
					{ value: "Left Out", label: __("Left Out") },
				],
				default: "Included",
			},
		];
	}

	format_cell(value, row, column, data, format) {
		const is_number = frappe.model.is_numeric_field(column.fieldtype);
		if (is_number && (value === "" || value === null || value === undefined)) return "";
		const is_text = column.fieldtype === "Data" && typeof value === "string";
		const text = format(is_text ? frappe.utils.escape_html(value) : value, row, column, data);
		const filters = value && this.get_slice(column, data);
		return filters ? this.get_link(text, filters) : text;
	}

	// the column's filters and the row's; the footer has no row
	get_slice(column, data) {
		if (!column.slice || (data?.slices && !data.slices[column.fieldname])) return null;
		return { ...column.slice, ...data?.slice, ...data?.slices?.[column.fieldname] };
	}

	get_link(text, filters) {
		const slice = frappe.utils.escape_html(JSON.stringify(filters));
		return `<a href="#" class="pipeline-slice" style="text-decoration: underline" data-slice="${slice}">${text}</a>`;
	}

	// the footer shows the totals that the server worked out; of rows picked by hand only what can be added
	get_datatable_options(options) {
		const add_up = options.hooks?.columnTotal;
		options.showTotalRow = (options.data || []).length > 1;
		options.hooks = {
			...options.hooks,
			columnTotal(values, cell) {
				const is_whole = values.length === this.datamanager.getRowCount();
				const can_be_added = ["Int", "Currency"].includes(cell.column.fieldtype);
				if (is_whole) return cell.column.total ?? "";
				return can_be_added && "total" in cell.column ? add_up(values, cell) : "";
			},
		};
		return options;
	}

	onload(report) {
		report.$report.off("click.slice").on("click.slice", ".pipeline-slice", (event) => {
			event.preventDefault();
			frappe.route_options = JSON.parse(event.currentTarget.dataset.slice);
			frappe.set_route("List", "Pipeline Opportunity", "List");
		});
	}
};

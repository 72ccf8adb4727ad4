// Each widget evaluates this file, so it must bear being run again.

frappe.provide("frappe.dashboards.chart_sources");

(() => {
	const SOURCE = "Pipeline Slices";
	const method = "crm_pipeline.api.desk.get_slices";
	const WIDGET = ".dashboard-widget-box";
	// bars and the labels under them; slices of a donut and its legend
	const PARTS = ["[data-point-index]", ".x.axis > g", ".donut-slices > path", ".chart-legend > g"];

	frappe.dashboards.chart_sources[SOURCE] = { method, filters: [] };

	// the library draws the second row of a legend below its picture, where it would be cut off
	const OURS = '[chart_name^="Pipeline "]';
	frappe.dom.set_style(
		`${OURS} :is(${PARTS}) { cursor: pointer }
		${OURS} .frappe-chart { overflow: visible }
		${OURS} .chart-container:has(.donut-slices) { padding-bottom: 60px }
		${OURS} .chart-legend { translate: -40px }
		${OURS} .chart-legend text { font-size: 12px; font-weight: normal }`,
		"pipeline-slices"
	);

	// a chart has no click of its own: each part of it opens the list of its slice
	$(document)
		.off("click.pipeline_slices")
		.on(
			"click.pipeline_slices",
			PARTS.map((part) => `${WIDGET} ${part}`).join(),
			({ currentTarget: part }) => {
				const chart = get_chart($(part).closest(WIDGET));
				if (chart) {
					const index = part.getAttribute("data-point-index") ?? $(part).index();
					frappe.xcall(method, { chart_name: chart.name }).then(({ slices }) => {
						frappe.route_options = slices[index];
						frappe.set_route("List", "Pipeline Opportunity", "List");
					});
				}
			}
		);

	function get_chart($widget) {
		// the page says no more than the title of a widget
		const title = $widget.find(".widget-title").text().trim();
		const charts = Object.values(locals["Dashboard Chart"] || {});
		const is_shown = ({ name }) => __(name) === title; // reason: the name of a record
		return charts.find((chart) => chart.source === SOURCE && is_shown(chart));
	}
})();

// The way of an opportunity above its form: where it was and when, where it stands, what may follow.

frappe.provide("crm_pipeline");

const MARKS = { done: "✓", skipped: "–", current: "●", next: "○", later: "○" };

crm_pipeline.show_stage_bar = (frm) => {
	frm.layout.wrapper.find(".pipeline-stages").remove();
	const { steps, moves = [] } = frm.doc.__onload || {};
	if (frm.is_new() || !steps) {
		return;
	}
	const $bar = $(`<nav class="pipeline-stages"><ol></ol></nav>`).attr("aria-label", __("Stages"));
	steps.forEach((step) =>
		$bar.find("ol").append(make_step(frm, step, step.state === "next" && moves.includes(step.status)))
	);
	frm.layout.wrapper.prepend($bar);
};

function make_step(frm, { status, state, at }, is_offered) {
	const $item = $("<li>").addClass(`is-${state}`).attr("data-status", status);
	const $step = is_offered ? make_button(frm, status) : $("<span>");
	const date = at ? frappe.datetime.str_to_user(at, false, true) : "";
	$step.addClass("stage-step").attr("title", describe_step(state, at));
	$("<span class='stage-mark' aria-hidden='true'>").text(MARKS[state]).appendTo($step);
	$("<span class='stage-name'>").text(__(status)).appendTo($step);
	$("<span class='sr-only'>")
		.text(`(${describe_step(state)})`)
		.appendTo($step);
	$("<span class='stage-date'>").text(date).appendTo($step);
	if (state === "current") {
		$item.attr("aria-current", "step");
	}
	return $item.append($step);
}

function make_button(frm, status) {
	return $("<button type='button'>").on("click", () => crm_pipeline.move(frm, status));
}

function describe_step(state, at) {
	const words = {
		done: __("done"),
		skipped: __("skipped"),
		current: __("current stage"),
		next: __("may be next"),
		later: __("later"),
	};
	return at ? `${words[state]}: ${frappe.datetime.str_to_user(at)}` : words[state];
}

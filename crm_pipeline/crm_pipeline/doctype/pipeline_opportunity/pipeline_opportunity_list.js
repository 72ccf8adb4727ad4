const STATUS_COLORS = {
	Open: "orange",
	"Offer Made": "blue",
	Won: "green",
	Lost: "red",
	Rejected: "gray",
};

// column → the width of window from which it is shown: where columns shrink, where they don't (Frappe 16)
const COLUMNS = {
	party_display_name: [768, 768],
	region: [768, 950],
	sales_engineer: [768, 1270],
	application_engineer: [1300, 1770],
	product_line: [1200, 1600],
	potential_value: [768, 1100],
	status: [768, 768],
	opened_on: [1200, 1440],
	next_contact_date: [1600, 1940],
};

const LABELS = { potential_value: "Potential Value" };

// what fits into a column; whole values stand in the form
const FORMATTERS = {
	sales_engineer: (user) => frappe.user_info(user).fullname.split("@")[0],
	application_engineer: (user) => frappe.user_info(user).fullname.split("@")[0],
	potential_value: (value, doc) => format_currency(value, doc.currency, 0),
	opened_on: (moment) => frappe.datetime.str_to_user(moment, false, true),
};

frappe.listview_settings["Pipeline Opportunity"] = {
	// every kind of view asks for this before it has records; a Kanban board has no event of its own
	get add_fields() {
		show_texts_as_texts(cur_list);
		return ["status"];
	},
	hide_name_column: true,
	formatters: Object.fromEntries(Object.keys(FORMATTERS).map((name) => [name, show_filterable])),

	get_indicator(doc) {
		return [__(doc.status), STATUS_COLORS[doc.status], `status,=,${doc.status}`];
	},

	onload(listview) {
		set_title(listview);
		// Frappe 16 writes its own title at each visit, right after this event
		$(listview.parent).on("show", () => setTimeout(() => set_title(listview)));
		set_texts(listview);
		if (listview.view_name === "List") {
			set_columns(listview);
		}
		frappe.require(["stage_actions.bundle.js", "hand_over.bundle.js"], () => {
			add_stage_actions(listview);
			if (frappe.user.has_role(["Sales Manager", "System Manager"])) {
				add_hand_over(listview);
			}
		});
	},
};

function show_filterable(value, df, doc) {
	if (!value) {
		return "";
	}
	const escape = frappe.utils.escape_html;
	return `<span class="ellipsis" title="${__(df.label)}: ${escape(value)}">
		<a class="filterable ellipsis" data-filter="${df.fieldname},=,${escape(value)}">
		${escape(FORMATTERS[df.fieldname](value, doc))}</a></span>`;
}

function show_texts_as_texts(listview) {
	if (listview?.doctype !== "Pipeline Opportunity" || listview.shows_texts) {
		return;
	}
	listview.shows_texts = true;
	// the framework writes tags, and on a Kanban board titles and texts, into the page as they stand; a title it
	// even decodes first
	const escape = frappe.utils.escape_html;
	const escaped = new WeakSet();
	const render = listview.render;
	listview.render = function (...options) {
		for (const row of this.data.filter((row) => !escaped.has(row))) {
			escaped.add(row);
			row._user_tags = escape(row._user_tags || "");
			if (this.view_name === "Kanban") {
				for (const name of get_texts_on_cards(this)) {
					row[name] = escape(row[name] || "");
				}
				row.title = escape(escape(row.title || ""));
			}
		}
		return render.apply(this, options);
	};
}

function get_texts_on_cards({ board }) {
	const texts = ["Data", "Small Text", "Text", "Select", "Read Only"];
	const is_text = (name) =>
		texts.includes(frappe.meta.get_docfield(board.reference_doctype, name)?.fieldtype);
	return board.fields.filter((name) => name !== "title" && is_text(name));
}

function set_title(listview) {
	listview.page.set_title(__("Opportunities"));
}

function set_texts(listview) {
	// the framework would say "Add Pipeline Opportunity" and "No Pipeline Opportunity found …"
	const label = __("New Opportunity");
	listview.set_primary_action = () => {
		if (listview.can_create && !frappe.boot.read_only) {
			listview.page.set_primary_action(label, () => listview.make_new_doc(), "add");
		} else {
			listview.page.clear_primary_action();
		}
	};
	listview.set_primary_action();
	const button = `<p><button class="btn btn-default btn-sm btn-new-doc">${label}</button></p>`;
	listview.get_no_result_message = () => `<div class="msg-box no-border">
		<p>${__("No opportunities for this selection")}</p>${listview.can_create ? button : ""}</div>`;
}

function set_columns(listview) {
	// the party first, not the title; on a phone the title alone, and what was chosen in List Settings stays
	const set_up = listview.setup_columns;
	listview.setup_columns = function () {
		set_up.call(this);
		const { fields: chosen, disable_scrolling } = this.list_view_settings;
		const rule = this.apply_column_widths && !disable_scrolling ? 1 : 0;
		const shown = Object.keys(COLUMNS).filter((name) => window.innerWidth >= COLUMNS[name][rule]);
		if (chosen || !shown.length) {
			return;
		}
		const fields = shown.map((name) => ({
			type: name === "status" ? "Status" : "Field",
			df: {
				...frappe.meta.get_docfield(this.doctype, name),
				...(name in LABELS && { label: LABELS[name] }),
			},
		}));
		this.columns = [{ ...fields[0], type: "Subject" }, { type: "Tag" }, ...fields.slice(1)];
	};
	listview.setup_columns();
	listview.render_header(true);
}

function add_stage_actions(listview) {
	for (const status of ["Offer Made", "Lost", "Rejected"]) {
		listview.page.add_actions_menu_item(
			crm_pipeline.MOVES[status].label(),
			() => crm_pipeline.move_many(listview, status),
			false
		);
	}
}

function add_hand_over(listview) {
	listview.page.add_menu_item(__("Hand over…"), () => crm_pipeline.hand_over());
	listview.page.add_actions_menu_item(
		__("Hand over…"),
		() => crm_pipeline.hand_over(listview.get_checked_items(true)),
		false
	);
}

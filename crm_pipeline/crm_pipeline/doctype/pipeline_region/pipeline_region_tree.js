frappe.treeview_settings["Pipeline Region"] = {
	root_label: "All Pipeline Regions",
	get_tree_root: false,
};

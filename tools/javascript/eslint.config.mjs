// What ESLint asks of the client scripts; how they look is Prettier's business (.prettierrc.json).
import js from "@eslint/js";

// what a page of the desk offers; cur_frm and its like are left out on purpose
const DESK = [
	"$",
	"__",
	"crm_pipeline",
	"flt",
	"format_currency",
	"frappe",
	"locals",
	"precision",
	"strip_html",
];
const BROWSER = ["clearTimeout", "document", "setTimeout", "window"];

const make_globals = (names) => Object.fromEntries(names.map((name) => [name, "readonly"]));

export default [
	{ ignores: ["**/dist/**"] }, // what bench makes of the bundles
	js.configs.recommended,
	{
		// bundles: esbuild makes modules of them
		files: ["**/*.js"],
		languageOptions: {
			ecmaVersion: 2022,
			sourceType: "module",
			globals: make_globals([...DESK, ...BROWSER]),
		},
		linterOptions: { reportUnusedDisableDirectives: "error" },
		rules: {
			"array-callback-return": "error",
			"block-scoped-var": "error",
			"consistent-return": "error",
			"default-param-last": "error",
			eqeqeq: "error",
			"func-style": ["error", "declaration", { allowArrowFunctions: true }],
			"max-lines-per-function": ["error", { max: 40 }],
			"no-alert": "error",
			"no-console": "error",
			"no-eval": "error",
			"no-extend-native": "error",
			"no-implicit-globals": ["error", { lexicalBindings: true }],
			"no-implied-eval": "error",
			"no-new-func": "error",
			"no-redeclare": ["error", { builtinGlobals: true }],
			"no-restricted-globals": [
				"error",
				{ name: "cur_frm", message: "Use the frm that the handler is given." },
				{ name: "cur_list", message: "Use the listview that the handler is given." },
				{ name: "cur_dialog", message: "Keep the dialog that you made." },
			],
			"no-shadow": "error",
			"no-throw-literal": "error",
			"no-unused-expressions": "error",
			"no-unused-vars": "error",
			"no-use-before-define": ["error", { functions: false, variables: false }],
			"no-useless-concat": "error",
			"no-var": "error",
			"object-shorthand": "error",
			"prefer-const": "error",
			"prefer-template": "off", // METHODS + method is easier to read, and to search for
			radix: "error",
		},
	},
	{
		// the scripts of one DocType are put into one function, so names at their top are no globals
		files: ["**/client_scripts/**/*.js", "**/doctype/**/*.js"],
		languageOptions: { sourceType: "script", parserOptions: { ecmaFeatures: { globalReturn: true } } },
	},
	{
		// those of a report or a chart become a <script> of the page: what stands at their top is a global
		files: ["**/report/**/*.js", "**/reporting/**/*.js", "**/dashboard_chart_source/**/*.js"],
		languageOptions: { sourceType: "script" },
	},
];

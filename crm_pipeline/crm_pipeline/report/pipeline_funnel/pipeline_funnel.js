// {% include "crm_pipeline/reporting/pipeline_report.js" %}

frappe.query_reports["Pipeline Funnel"] = new crm_pipeline.PipelineReport();

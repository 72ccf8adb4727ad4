"""The desk as a person sees it: pages, and what can be done on them. Nothing here asserts, or knows a rule of ours."""

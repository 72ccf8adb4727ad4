"""Who gets an opportunity. What other features may ask of routing stands here."""

from crm_pipeline.routing.rule import closes_todos_alone, is_set_up

__all__ = ["closes_todos_alone", "is_set_up"]

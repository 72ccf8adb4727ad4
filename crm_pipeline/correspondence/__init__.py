"""Who wrote to whom, and who waits. What other features may ask of it stands here."""

from crm_pipeline.correspondence.waiting import get_message, get_opportunities, get_sender

__all__ = ["get_message", "get_opportunities", "get_sender"]

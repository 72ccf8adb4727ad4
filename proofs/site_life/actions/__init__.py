"""What may happen to a site. An action does it for good and returns a sentence about it, or raises NotNow."""

from proofs.site_life.actions import customizing, keeping, masters, people, working

ACTIONS = (*people.ACTIONS, *masters.ACTIONS, *customizing.ACTIONS, *keeping.ACTIONS)
WORK = working.WORK

"""What is saved along with a cart, in one transaction."""

from app.domain.help import SavedHelp
from app.domain.household import MembershipChange
from app.domain.orders import OrderChange

SavedBeside = OrderChange | MembershipChange | SavedHelp
"""An order, a member who joins or leaves the household, or a step of a help by staff."""

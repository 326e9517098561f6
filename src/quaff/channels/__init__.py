"""Messages to rooms: from any code of an application to those who listen, in all its workers."""

from .channels import Channels as Channels
from .messages import Message as Message
from .subscriptions import Subscription as Subscription

__all__ = ["Channels", "Message", "Subscription"]

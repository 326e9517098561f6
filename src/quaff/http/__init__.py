"""HTTP messages: requests and responses as values, with no application and no network in them."""

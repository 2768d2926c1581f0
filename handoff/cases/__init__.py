"""Cases: work for an adviser, from the moment it opens until it is closed with an outcome."""

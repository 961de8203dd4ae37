"""What goes in and out of the API: requests, views, and how a view is made of an order."""

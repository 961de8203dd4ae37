"""Models of requests and answers, and the functions that build views of orders."""

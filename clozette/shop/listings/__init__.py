"""What is offered: from the closet to the shop's pages, priced all in, with the stock that is left."""

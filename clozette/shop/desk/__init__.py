"""What the staff see of the bazaar: figures, fees, who sells, the house's books, and whether they agree with the payment service's."""

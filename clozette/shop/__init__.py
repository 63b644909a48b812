"""The bazaar: members and brands sell what is in their closets, and others buy it.

A *listing* offers an item; an *order* is what one buyer takes from one seller; a *payment* asks the payment service for
its money; *moves* of the ledger say whose it is. Cards are typed at the payment service alone.
"""

"""What traders deal in themselves: products with photos and words like an item's, in nobody's closet, each in sizes.

A product is a row of closets of kind ``closets.rules.PRODUCT``; a size of it is a listing with a stock of its own, so that
whatever is true of listings (carts, stock, orders) is true of sizes. All sizes of a product are in the same state.
"""

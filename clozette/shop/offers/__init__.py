"""What somebody offers for things of one seller: a sum that goes back and forth until one side takes it, or it is over.

An accepted offer holds the pieces for the buyer at the agreed prices until they buy them, or the time is up.
"""

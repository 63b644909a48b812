"""What the verifier page finds in a file of a draw, of votes or of ballots.

It is written apart from the stand-alone script and shares nothing with it; it also checks the signatures that the script
leaves out, and holds the file against what this site stated.
"""

"""The web edge: who may enter, what is read, one commit, one way to answer errors."""

"""A parent's or guardian's yes for a member under 18 (requirement 24): asked by mail, given and taken back by one press.

The member names a mail address; whoever reads it gets a link that allows one decision on one purpose. Until then nothing
stands, and on the member's eighteenth birthday it ends: from then on the member is asked.
"""

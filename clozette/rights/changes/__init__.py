"""Changes of the policy and the terms, as people meet them: the mail before, the questions, and the end of what nobody
answered. What a version is and what it asks is ``privacy.policies``'; here is who must know of it.
"""

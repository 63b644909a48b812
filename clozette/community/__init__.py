"""Community: who follows whom, and what a member is told about it.

A *follow* is one member's standing wish to see what another publishes. A member who *approves followers* (every minor
does) gets a *follow request* instead, and accepts or refuses it. A *notification* tells a member of one deed of another;
the room whose deed it is words it. Events: ``MemberFollowed``, ``FollowRequested``, ``FollowAccepted``.
"""

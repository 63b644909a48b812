"""The jury. A **judge** is a member who was named and said yes; each **round** shares the entries out among them, and an
**assignment** is one entry for one judge, who never learns whose it is. A **ballot** is what the judge said; a newer one
of the same judge takes its place until the round has ended, and nobody else can write one. Once the last planned round
has ended, the fact ``ballots`` fixes all of them; a **standing** is the place that follows.
"""

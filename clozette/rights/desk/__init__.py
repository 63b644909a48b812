"""The desk: who a person is, what is kept about them, what they ask for and by when it must be answered, and breaches.

A *request* is what somebody asks under the law or just asks; its *clock* is the law's. An *event* is what happened to it.
A *breach* has clocks of its own, and the list of the people it touches.
"""

"""Rights: what a person may ask of us about their own data, and the desk that answers.

My privacy, exports, erasure, requests. A *person* is a member, or somebody known only by a verified address. Everything
runs on what the rooms declare in their ``personal_data``, which the wiring page hands in; no room above is imported.
"""

"""The ground floor: what every room stands on and nothing about people.

Database, events, tasks, clock, ids, paging, money, images, the web edge, and the ports to the outside world.
"""

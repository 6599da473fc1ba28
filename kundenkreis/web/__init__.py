"""The door for people with a browser: pages, forms and fragments. A view calls one verb of a room and answers.

Views, forms and templates lie in files named after the room they show. What lies over several rooms (Account 360, the timeline) is composed here.
"""

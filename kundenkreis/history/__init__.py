"""What happened: one Event for every verb, Batches of them, undo and the bin.

Nouns: Event, Batch, BatchChunk. History is the audit trail, the timeline's field changes, the undo and the outbox at once. It lies below
staff, so that staff's own verbs are recorded too: an event names its actor by number and name. What a change means is left to the rooms;
who may undo is asked at the doors.
"""

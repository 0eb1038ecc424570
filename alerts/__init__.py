"""Alerts knows people and messages, and everything that needs both people and articles.

for revision in match.pending(session):                   # articles with matched_revision < revision
    hits = monitor.match(document(revision))              # pure: which watches, where, why
    match_pending(session, now)                           # Match + Alert + Delivery rows, one transaction
for delivery in outbox.lease(session, now):
    outcome = channel.send(address, render(delivery))     # Sent | Retry | Uncertain | Gone
    outbox.settle(session, delivery, outcome, now)
"""

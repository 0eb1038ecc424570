"""The crawler knows outlets and articles; it never imports `alerts`.

The life of an article, as pseudocode:

    for entry_point in schedule.due(session, now):            # next_check_at has advanced already
        for page in run.crawl(entry_point):                   # the only code that reads the network
            evidence.preserve(page)                           # WARC record and SHA-256, before any row
            draft = extract(page, outlet)                     # pure: Draft | Rejected
            ingest(session, page, draft, now)                 # Saved | Unchanged | Rejected, one transaction
        schedule.reschedule(session, entry_point, now)
    # from here on `alerts` sees revisions with matched_revision < revision
"""

"""All tables of the first version, and full-text search over folded text."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def Moment() -> sa.DateTime:
    return sa.DateTime(timezone=True)


# External content: the index keeps no second copy of the text; the triggers keep it in step with the table.
SQLITE_SEARCH = (
    "CREATE VIRTUAL TABLE articles_search USING fts5(folded, content='articles', content_rowid='id', "
    "tokenize='unicode61 remove_diacritics 0')",
    "CREATE TRIGGER articles_search_insert AFTER INSERT ON articles BEGIN "
    "INSERT INTO articles_search(rowid, folded) VALUES (new.id, new.folded); END",
    "CREATE TRIGGER articles_search_delete AFTER DELETE ON articles BEGIN "
    "INSERT INTO articles_search(articles_search, rowid, folded) VALUES ('delete', old.id, old.folded); END",
    "CREATE TRIGGER articles_search_update AFTER UPDATE OF folded ON articles BEGIN "
    "INSERT INTO articles_search(articles_search, rowid, folded) VALUES ('delete', old.id, old.folded); "
    "INSERT INTO articles_search(rowid, folded) VALUES (new.id, new.folded); END",
)
# A tsvector may not exceed 1 MB; 200,000 characters stay below it in any script.
POSTGRESQL_SEARCH = (
    "ALTER TABLE articles ADD COLUMN search tsvector "
    "GENERATED ALWAYS AS (to_tsvector('simple', left(folded, 200000))) STORED",
    "CREATE INDEX ix_articles_search ON articles USING gin (search)",
)


def upgrade() -> None:
    op.create_table(
        "chats",
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("allowed", sa.Boolean(), nullable=False),
        sa.Column("suspended", sa.Text(), nullable=False),
        sa.Column("next_send_at", Moment(), nullable=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("quiet", sa.Text(), nullable=False),
        sa.Column("muted_until", Moment(), nullable=True),
        sa.Column("discreet", sa.Boolean(), nullable=False),
        sa.Column("digest_at", sa.Text(), nullable=False),
        sa.Column("only", sa.JSON(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_chats")),
    )
    op.create_table(
        "entry_points",
        sa.Column("id", Id, nullable=False),
        sa.Column("outlet", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("every_s", sa.Integer(), nullable=True),
        sa.Column("priority", sa.Double(), nullable=False),
        sa.Column("expected_a_day", sa.Double(), nullable=True),
        sa.Column("next_check_at", Moment(), nullable=False),
        sa.Column("interval_s", sa.Integer(), nullable=False),
        sa.Column("rhythm", sa.JSON(), nullable=False),
        sa.Column("span_s", sa.Integer(), nullable=True),
        sa.Column("not_before", Moment(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("checks", sa.Integer(), nullable=False),
        sa.Column("first_read_at", Moment(), nullable=True),
        sa.Column("last_read_at", Moment(), nullable=True),
        sa.Column("hole_since", Moment(), nullable=True),
        sa.Column("hole_until", Moment(), nullable=True),
        sa.Column("checking_since", Moment(), nullable=True),
        sa.Column("last_checked_at", Moment(), nullable=True),
        sa.Column("last_outcome", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("instead_of", sa.Text(), nullable=False),
        sa.Column("moved_to", sa.Text(), nullable=False),
        sa.Column("moved_checks", sa.Integer(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("last_modified", sa.Text(), nullable=False),
        sa.Column("full_at", Moment(), nullable=True),
        sa.Column("distrusted_at", Moment(), nullable=True),
        sa.Column("retired_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry_points")),
        sa.UniqueConstraint("outlet", "url", name=op.f("uq_entry_points_outlet_url")),
    )
    op.create_index("ix_entry_points_due", "entry_points", ["retired_at", "next_check_at"], unique=False)
    op.create_table(
        "healings",
        sa.Column("id", Id, nullable=False),
        sa.Column("outlet", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("lost", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_healings")),
        sa.UniqueConstraint("outlet", "day", "why", name=op.f("uq_healings_outlet_day_why")),
    )
    op.create_table(
        "evidence",
        sa.Column("id", Id, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("captured_at", Moment(), nullable=False),
        sa.Column("warc_file", sa.Text(), nullable=False),
        sa.Column("warc_offset", Id, nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("tls_verified", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
    )
    op.create_index(op.f("ix_evidence_url"), "evidence", ["url"], unique=False)
    op.create_table(
        "health_changes",
        sa.Column("id", Id, nullable=False),
        sa.Column("outlet", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("was", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("advice", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_health_changes")),
        sa.UniqueConstraint("outlet", "number", name=op.f("uq_health_changes_outlet_number")),
    )
    op.create_index(op.f("ix_health_changes_at"), "health_changes", ["at"], unique=False)
    op.create_table(
        "host_leases",
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("leased_until", Moment(), nullable=False),
        sa.Column("next_request_at", Moment(), nullable=False),
        sa.Column("not_before", Moment(), nullable=True),
        sa.Column("strain_s", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_host_leases")),
    )
    op.create_table(
        "invites",
        sa.Column("code_sha256", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.Column("used_by", Id, nullable=True),
        sa.PrimaryKeyConstraint("code_sha256", name=op.f("pk_invites")),
    )
    op.create_table(
        "notes",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_notes")),
    )
    op.create_table(
        "stories",
        sa.Column("id", Id, nullable=False),
        sa.Column("first_seen_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stories")),
    )
    op.create_table(
        "traffic",
        sa.Column("outlet", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("size_bytes", Id, nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("outlet", "day", name=op.f("pk_traffic")),
    )
    op.create_table(
        "users",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("added_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
    )
    op.create_table(
        "watchlists",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("alleged", sa.Boolean(), nullable=False),
        sa.Column("deliver", sa.Text(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("owner", Id, nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("removed_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watchlists")),
    )
    op.create_table(
        "articles",
        sa.Column("id", Id, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("canonical_url", sa.Text(), nullable=False),
        sa.Column("outlet", sa.Text(), nullable=False),
        sa.Column("story_id", Id, nullable=False),
        sa.Column("origin_id", Id, nullable=True),
        sa.Column("evidence_id", Id, nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("authors", sa.JSON(), nullable=False),
        sa.Column("published_at", Moment(), nullable=True),
        sa.Column("published_precision", sa.Text(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("lead", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("text_hash", sa.Text(), nullable=False),
        sa.Column("image", sa.Text(), nullable=False),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.Column("first_seen_at", Moment(), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.Column("from_first_crawl", sa.Boolean(), nullable=False),
        sa.Column("gone_at", Moment(), nullable=True),
        sa.Column("gone_reason", sa.Text(), nullable=False),
        sa.Column("gone_evidence_id", Id, nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("matched_revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name=op.f("fk_articles_evidence_id")),
        sa.ForeignKeyConstraint(["gone_evidence_id"], ["evidence.id"], name=op.f("fk_articles_gone_evidence_id")),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name=op.f("fk_articles_story_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_articles")),
        sa.UniqueConstraint("canonical_url", name=op.f("uq_articles_canonical_url")),
    )
    op.create_index(op.f("ix_articles_first_seen_at"), "articles", ["first_seen_at"], unique=False)
    op.create_index("ix_articles_outlet_first_seen_at", "articles", ["outlet", "first_seen_at"], unique=False)
    op.create_index(op.f("ix_articles_published_at"), "articles", ["published_at"], unique=False)
    op.create_index(op.f("ix_articles_story_id"), "articles", ["story_id"], unique=False)
    op.create_table(
        "story_keys",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("article_id", Id, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_story_keys_article_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", "article_id", name=op.f("pk_story_keys")),
    )
    op.create_index(op.f("ix_story_keys_article_id"), "story_keys", ["article_id"], unique=False)
    op.create_index("ix_articles_text_hash", "articles", ["text_hash"], unique=False)
    op.create_index(
        "ix_articles_unmatched",
        "articles",
        ["id"],
        unique=False,
        sqlite_where=sa.text("matched_revision < revision"),
        postgresql_where=sa.text("matched_revision < revision"),
    )
    op.create_table(
        "revisits",
        sa.Column("article_id", Id, nullable=False),
        sa.Column("outlet", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("born_at", Moment(), nullable=False),
        sa.Column("matched", sa.Boolean(), nullable=False),
        sa.Column("next_at", Moment(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("last_modified", sa.Text(), nullable=False),
        sa.Column("missing_since", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_revisits_article_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_revisits")),
    )
    op.create_index(op.f("ix_revisits_next_at"), "revisits", ["next_at"], unique=False)
    op.create_table(
        "check_days",
        sa.Column("entry_point_id", Id, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("marks", sa.Text(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("newest_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["entry_point_id"], ["entry_points.id"], name=op.f("fk_check_days_entry_point_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("entry_point_id", "day", name=op.f("pk_check_days")),
    )
    op.create_index("ix_check_days_day", "check_days", ["day"], unique=False)
    op.create_table(
        "checks",
        sa.Column("id", Id, nullable=False),
        sa.Column("entry_point_id", Id, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("first", sa.Boolean(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("listed", sa.Integer(), nullable=False),
        sa.Column("saved", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("took_ms", sa.Integer(), nullable=False),
        sa.Column("hole_since", Moment(), nullable=True),
        sa.Column("hole_until", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["entry_point_id"], ["entry_points.id"], name=op.f("fk_checks_entry_point_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checks")),
    )
    op.create_index(op.f("ix_checks_at"), "checks", ["at"], unique=False)
    op.create_index("ix_checks_entry_point_id_at", "checks", ["entry_point_id", "at"], unique=False)
    op.create_table(
        "subscriptions",
        sa.Column("id", Id, nullable=False),
        sa.Column("watchlist_id", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("deliver", sa.Text(), nullable=False),
        sa.Column("wakes", sa.Boolean(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["address"], ["chats.address"], name=op.f("fk_subscriptions_address"), onupdate="CASCADE"
        ),
        sa.ForeignKeyConstraint(["watchlist_id"], ["watchlists.id"], name=op.f("fk_subscriptions_watchlist_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscriptions")),
        sa.UniqueConstraint("watchlist_id", "address", name=op.f("uq_subscriptions_watchlist_id_address")),
    )
    op.create_index(op.f("ix_subscriptions_address"), "subscriptions", ["address"], unique=False)
    op.create_table(
        "watches",
        sa.Column("id", Id, nullable=False),
        sa.Column("watchlist_id", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("removed_at", Moment(), nullable=True),
        sa.Column("broken", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["watchlist_id"], ["watchlists.id"], name=op.f("fk_watches_watchlist_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watches")),
        sa.UniqueConstraint("watchlist_id", "query", name=op.f("uq_watches_watchlist_id_query")),
    )
    op.create_table(
        "alerts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("story_id", Id, nullable=False),
        sa.Column("article_id", Id, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("alleged", sa.Boolean(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("held", sa.Text(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("released_at", Moment(), nullable=True),
        sa.Column("retracted", sa.Text(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_alerts_article_id")),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name=op.f("fk_alerts_story_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
    )
    op.create_index(op.f("ix_alerts_created_at"), "alerts", ["created_at"], unique=False)
    op.create_index(op.f("ix_alerts_story_id"), "alerts", ["story_id"], unique=False)
    op.create_table(
        "known_urls",
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("outlet", sa.Text(), nullable=False),
        sa.Column("entry_point_id", Id, nullable=True),
        sa.Column("article_id", Id, nullable=True),
        sa.Column("listed", sa.Text(), nullable=False),
        sa.Column("published_at", Moment(), nullable=True),
        sa.Column("from_first_crawl", sa.Boolean(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("kills", sa.Integer(), nullable=False),
        sa.Column("next_try_at", Moment(), nullable=True),
        sa.Column("seen_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_known_urls_article_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["entry_point_id"], ["entry_points.id"], name=op.f("fk_known_urls_entry_point_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("url", name=op.f("pk_known_urls")),
    )
    op.create_index(op.f("ix_known_urls_article_id"), "known_urls", ["article_id"], unique=False)
    op.create_index(op.f("ix_known_urls_entry_point_id"), "known_urls", ["entry_point_id"], unique=False)
    op.create_index(op.f("ix_known_urls_next_try_at"), "known_urls", ["next_try_at"], unique=False)
    op.create_index("ix_known_urls_outlet_seen_at", "known_urls", ["outlet", "seen_at"], unique=False)
    op.create_table(
        "matches",
        sa.Column("id", Id, nullable=False),
        sa.Column("article_id", Id, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("watch_id", Id, nullable=False),
        sa.Column("spans", sa.JSON(), nullable=False),
        sa.Column("why", sa.JSON(), nullable=False),
        sa.Column("tree", sa.JSON(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("quote_spans", sa.JSON(), nullable=False),
        sa.Column("watchlists_version", sa.Integer(), nullable=False),
        sa.Column("matched_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_matches_article_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["watch_id"], ["watches.id"], name=op.f("fk_matches_watch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matches")),
        sa.UniqueConstraint("article_id", "revision", "watch_id", name=op.f("uq_matches_article_id_revision_watch_id")),
    )
    op.create_index(op.f("ix_matches_watch_id"), "matches", ["watch_id"], unique=False)
    op.create_table(
        "match_failures",
        sa.Column("article_id", Id, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", Moment(), nullable=False),
        sa.Column("failed_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_match_failures_article_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_match_failures")),
    )
    op.create_table(
        "revisions",
        sa.Column("id", Id, nullable=False),
        sa.Column("article_id", Id, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("text_hash", sa.Text(), nullable=False),
        sa.Column("evidence_id", Id, nullable=True),
        sa.Column("stored_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_revisions_article_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name=op.f("fk_revisions_evidence_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revisions")),
        sa.UniqueConstraint("article_id", "revision", name=op.f("uq_revisions_article_id_revision")),
    )
    op.create_table(
        "told",
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("story_id", Id, autoincrement=False, nullable=False),
        sa.Column("matter", sa.Text(), nullable=False),
        sa.Column("alert_id", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["address"], ["chats.address"], name=op.f("fk_told_address"), onupdate="CASCADE", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name=op.f("fk_told_story_id")),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name=op.f("fk_told_alert_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("address", "story_id", "matter", name=op.f("pk_told")),
    )
    op.create_table(
        "alert_matches",
        sa.Column("alert_id", sa.Text(), nullable=False),
        sa.Column("match_id", Id, nullable=False),
        sa.Column("story_id", Id, nullable=True),
        sa.Column("watch_id", Id, nullable=False),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["alerts.id"], name=op.f("fk_alert_matches_alert_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["match_id"], ["matches.id"], name=op.f("fk_alert_matches_match_id")),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name=op.f("fk_alert_matches_story_id")),
        sa.ForeignKeyConstraint(["watch_id"], ["watches.id"], name=op.f("fk_alert_matches_watch_id")),
        sa.PrimaryKeyConstraint("alert_id", "match_id", name=op.f("pk_alert_matches")),
        sa.UniqueConstraint("story_id", "watch_id", name=op.f("uq_alert_matches_story_id_watch_id")),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", Id, nullable=False),
        sa.Column("alert_id", sa.Text(), nullable=True),
        sa.Column("digest", sa.JSON(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("notice", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("once", sa.Text(), nullable=True),
        sa.Column("watchlists", sa.JSON(), nullable=False),
        sa.Column("news", sa.JSON(), nullable=False),
        sa.Column("reply_to", Id, nullable=True),
        sa.Column("shown", sa.JSON(), nullable=False),
        sa.Column("edit_after", Moment(), nullable=True),
        sa.Column("deliver", sa.Text(), nullable=False),
        sa.Column("folded_into", Id, nullable=True),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("wakes", sa.Boolean(), nullable=False),
        sa.Column("silent", sa.Boolean(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("not_before", Moment(), nullable=False),
        sa.Column("leased_until", Moment(), nullable=True),
        sa.Column("lease", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("repeat", sa.Boolean(), nullable=False),
        sa.Column("plain", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("sent_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["address"], ["chats.address"], name=op.f("fk_deliveries_address"), onupdate="CASCADE"),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name=op.f("fk_deliveries_alert_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["folded_into"], ["deliveries.id"], name=op.f("fk_deliveries_folded_into")),
        sa.ForeignKeyConstraint(["reply_to"], ["deliveries.id"], name=op.f("fk_deliveries_reply_to")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("alert_id", "address", name=op.f("uq_deliveries_alert_id_address")),
        sa.UniqueConstraint("address", "once", name=op.f("uq_deliveries_address_once")),
    )
    op.create_index(op.f("ix_deliveries_folded_into"), "deliveries", ["folded_into"], unique=False)
    op.create_index("ix_deliveries_address_sent_at", "deliveries", ["address", "sent_at"], unique=False)
    op.create_index("ix_deliveries_sent_at", "deliveries", ["sent_at"], unique=False)
    op.create_index("ix_deliveries_due", "deliveries", ["status", "not_before"], unique=False)
    op.create_table(
        "feedback",
        sa.Column("id", Id, nullable=False),
        sa.Column("alert_id", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["address"], ["chats.address"], name=op.f("fk_feedback_address"), onupdate="CASCADE"),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name=op.f("fk_feedback_alert_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback")),
        sa.UniqueConstraint("alert_id", "address", "user_id", name=op.f("uq_feedback_alert_id_address_user_id")),
    )
    op.create_index(op.f("ix_feedback_address"), "feedback", ["address"], unique=False)
    op.create_table(
        "drafts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("what", sa.JSON(), nullable=False),
        sa.Column("looked_at", Moment(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drafts")),
    )
    op.create_index(op.f("ix_drafts_expires_at"), "drafts", ["expires_at"], unique=False)
    search = SQLITE_SEARCH if op.get_bind().dialect.name == "sqlite" else POSTGRESQL_SEARCH
    for statement in search:
        op.execute(statement)

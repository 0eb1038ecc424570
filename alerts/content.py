"""Rows -> AlertContent | DigestContent: what a delivery tells, before anybody chooses words for it."""

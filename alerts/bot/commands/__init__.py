"""Commands of the bot: one file a subject, found by a folder scan.

A file offers COMMANDS, by the word behind the slash, and BUTTONS, by the first word of their data; both are functions
`(session, asked) -> Reply` (see alerts.bot.talk).
"""

"""English words: the possessive comes off in articles; plurals and verb forms are spelled out in queries."""

from __future__ import annotations

NAME = "English"
SCRIPT = "lat"

_IRREGULAR = """
man men|woman women|child children|person people|foot feet|tooth teeth|mouse mice|wife wives|life lives|knife knives|half halves|thief thieves
serviceman servicemen|gunman gunmen|policeman policemen|militiaman militiamen|businessman businessmen|spokesman spokesmen|fisherman fishermen
airman airmen|crewman crewmen|countryman countrymen|rifleman riflemen|seaman seamen|layman laymen|hostage hostages|corps|troops troop
crisis crises|basis bases|axis axes|analysis analyses|hypothesis hypotheses|phenomenon phenomena|criterion criteria|aircraft|series|species
be is are was were been being am|have has had having|do does did done doing|go goes went gone going|say says said saying
die dies died dying|lie lies lay lain lying|tie ties tied tying|kill kills killed killing|fight fights fought fighting
shoot shoots shot shooting|hit hits hitting|strike strikes struck stricken striking|fall falls fell fallen falling
lose loses lost losing|win wins won winning|find finds found finding|bury buries buried burying|flee flees fled fleeing
send sends sent sending|bring brings brought bringing|buy buys bought buying|catch catches caught catching|come comes came coming
become becomes became becoming|begin begins began begun beginning|bleed bleeds bled bleeding|blow blows blew blown blowing
break breaks broke broken breaking|build builds built building|burn burns burned burnt burning|burst bursts bursting
cut cuts cutting|deal deals dealt dealing|draw draws drew drawn drawing|drive drives drove driven driving|eat eats ate eaten eating
feel feels felt feeling|fly flies flew flown flying|forget forgets forgot forgotten forgetting|get gets got gotten getting
give gives gave given giving|grow grows grew grown growing|hang hangs hung hanged hanging|hear hears heard hearing
hide hides hid hidden hiding|hold holds held holding|hurt hurts hurting|keep keeps kept keeping|know knows knew known knowing
lay lays laid laying|lead leads led leading|leave leaves left leaving|lend lends lent lending|let lets letting
make makes made making|mean means meant meaning|meet meets met meeting|pay pays paid paying|put puts putting|read reads reading
ride rides rode ridden riding|rise rises rose risen rising|run runs ran running|see sees saw seen seeing|seek seeks sought seeking
sell sells sold selling|set sets setting|shake shakes shook shaken shaking|show shows showed shown showing|shut shuts shutting
sing sings sang sung singing|sink sinks sank sunk sinking|sit sits sat sitting|sleep sleeps slept sleeping|speak speaks spoke spoken speaking
spend spends spent spending|spread spreads spreading|stand stands stood standing|steal steals stole stolen stealing
swear swears swore sworn swearing|sweep sweeps swept sweeping|take takes took taken taking|teach teaches taught teaching
tear tears tore torn tearing|tell tells told telling|think thinks thought thinking|throw throws threw thrown throwing
wear wears wore worn wearing|write writes wrote written writing|shell shells shelled shelling|wound wounds wounded wounding
"""


def _families() -> dict[str, frozenset[str]]:
    table: dict[str, frozenset[str]] = {}
    for row in _IRREGULAR.replace("\n", "|").split("|"):
        family = frozenset(row.split())
        for word in family:
            table[word] = table.get(word, frozenset()) | family
    return table


IRREGULAR = _families()
_VOWELS = frozenset("aeiou")


def keys(folded: str) -> tuple[str, ...]:
    """The word, and the word without its possessive."""
    return (folded, folded[:-2]) if folded.endswith("'s") and len(folded) > 2 else (folded,)


def forms(folded: str, word: str) -> frozenset[str]:
    """All forms a query word stands for: of an irregular word its family, else its regular plural and verb forms.

    An acronym (two or more capitals, no small letter but a plural s) gets only a plural: PMC, PMCs.
    """
    folded = folded.removesuffix("'s")
    if folded in IRREGULAR:
        return IRREGULAR[folded]
    if len(word) > 1 and word.isupper():
        return frozenset({folded, folded + "s"})
    return frozenset({folded}.union(*(_regular(base) for base in _bases(folded))))


def _bases(word: str) -> set[str]:
    """Words `word` may be a plural, past or -ing form of, itself first; over-generous, since non-words never occur in a text."""
    bases = {word}
    if len(word) < 4:
        return bases
    for ending in ("s", "es", "ed", "ing"):
        stem = word.removesuffix(ending)
        if stem == word or len(stem) < 3 or (ending == "s" and stem[-1:] in "us"):
            continue
        if ending == "s" or (ending == "es" and stem.endswith(("s", "x", "z", "ch", "sh", "o"))):
            bases.add(stem)
        if ending in ("ed", "ing") and _VOWELS & set(stem):
            bases |= {stem, stem + "e"} if stem[-1] not in "y" else {stem}
            if len(stem) > 3 and stem[-1] == stem[-2] and stem[-1] not in "sl":
                bases.add(stem[:-1])
        if ending in ("es", "ed") and stem.endswith("i"):
            bases.add(stem[:-1] + "y")
    return bases


def _regular(base: str) -> set[str]:
    found = {base}
    if len(base) < 2 or not base.isascii():
        return found
    before, last = base[-2], base[-1]
    if last == "y" and before not in _VOWELS:
        return found | {base[:-1] + "ies", base[:-1] + "ied", base + "ing"}
    found.add(base + ("es" if base.endswith(("s", "x", "z", "ch", "sh")) else "s"))
    if last == "o":
        found.add(base + "es")
    if last == "e":
        return found | {base + "d", base[:-1] + "ing"}
    found |= {base + "ed", base + "ing"}
    if len(base) >= 3 and before in _VOWELS and base[-3] not in _VOWELS and last not in "aeiouwxy":
        found |= {base + last + "ed", base + last + "ing"}
    return found

"""The patterns that find typed values in English text, with their units. Order matters: the first to match a place keeps it."""

from __future__ import annotations

import re
from typing import Literal

ValueKind = Literal["amount", "percentage", "duration", "frequency", "date", "time", "count", "size", "age"]

WORDS = {
    w: i
    for i, w in enumerate(
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen",
            "sixteen", "seventeen", "eighteen", "nineteen", "twenty"]
    )
} | {"thirty": 30, "forty": 40, "forty-five": 45, "fifty": 50, "twice": 2, "sixty": 60, "ninety": 90, "hundred": 100, "a hundred": 100, "half": 0.5}  # fmt: skip
NUMBER = (
    r"(?:\d{1,3}(?:[,\u202f]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|" + "|".join(sorted(WORDS, key=len, reverse=True)) + r")"
)
SPAN = rf"(?P<n>{NUMBER})(?:\s*(?:-|–|—|to|and|or)\s*(?P<m>{NUMBER}))?"
CURRENCY = {"$": "USD", "us$": "USD", "usd": "USD", "dollar": "USD", "dollars": "USD", "€": "EUR", "eur": "EUR", "euro": "EUR", "euros": "EUR",
             "£": "GBP", "gbp": "GBP", "pound": "GBP", "pounds": "GBP", "cent": "cent", "cents": "cent", "¢": "cent", "p": "pence", "pence": "pence",
             "chf": "CHF", "¥": "JPY", "yen": "JPY", "₹": "INR"}  # fmt: skip
MONEY_SIGN = r"(?:us\$|[$€£¥₹]|(?:usd|eur|gbp|chf)\s?)"
MONEY_WORD = r"(?:usd|eur|gbp|chf|euros?|dollars?|pounds?|yen|€|£|\$|cents?)(?![a-z])"
DAYS = {"second": 1 / 86400, "minute": 1 / 1440, "min": 1 / 1440, "hour": 1 / 24, "hr": 1 / 24, "h": 1 / 24, "day": 1.0, "night": 1.0,
         "week": 7.0, "fortnight": 14.0, "month": 30.42, "year": 365.0, "quarter": 91.25}  # fmt: skip
SIZES = {"kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12, "kbps": 1e3, "mbps": 1e6, "mbit/s": 1e6, "gbps": 1e9, "gbit/s": 1e9,
          "kg": 1e3, "g": 1.0, "lb": 453.6, "lbs": 453.6, "km": 1e3, "cm": 0.01, "m": 1.0, "miles": 1609.0, "mile": 1609.0,
          "gram": 1.0, "grams": 1.0, "ml": 0.001, "litre": 1.0, "litres": 1.0, "liter": 1.0, "liters": 1.0, "mm": 0.001,
          "metre": 1.0, "metres": 1.0, "meter": 1.0, "meters": 1.0}  # fmt: skip
MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
MONTH = r"(?P<mon>" + "|".join(f"{m[:3]}(?:{m[3:]})?" for m in MONTHS) + r"|sept)\.?"
UNIT = r"(?P<u>seconds?|minutes?|mins?|hours?|hrs?|days?|nights?|weeks?|fortnights?|months?|quarters?|years?)(?![a-z])"
KIND_OF_DAY = r"(?P<b>business|working|calendar|full|consecutive|additional|extra|more|other|whole|school|paid|work)?"
COUNTED = (
    r"(?P<c>users?|seats?|devices?|attempts?|lines?|people|persons?|members?|items?|accounts?|times?|employees?|guests?|bags?|"
    r"pieces?|points?|messages?|calls?|tickets?|profiles?|screens?|licen[cs]es?|projects?|copies|bottles?|units?|photos?|files?|"
    r"sims?|cards?|addresses|channels?|stops?|changes?|payments?|instal?lments?|orders?|children|pets?|visits?|questions?|"
    r"characters?|requests?|emails?|pages?|sessions?|appointments?|colleagues?|reviewers?|approvals?|signatures?|steps?|rooms?|vehicles?|drivers?|refills?|doses?|downloads?|"
    r"codes?|coupons?|vouchers?|promotions?|visitors?|companions?|boxes|parcels?|letters?|books?|titles?|rows?|entries|records?|words?|workspaces?|integrations?|"
    r"teams?|admins?|owners?|domains?|mailboxes|claims?|repairs?|refunds?|returns?|exchanges?|cancellations?|warnings?|reminders?|retries|tries|passengers?|adults?|dogs?|"
    r"cats?|animals?|suitcases?|trips?|lessons?|classes|courses?|patients?|beds?|bikes?|bicycles?|phones?|numbers?|keys?|webhooks?|tokens?|gifts?|samples?|printers?|"
    r"applications?|interviews?|references?|offers?|credits|modules?|exams?|witnesses|beneficiaries|dependents?|relatives?|friends?|players?|avatars?|playlists?)"
)
_PERSONS = ("children", "kids", "guests", "passengers", "anyone", "everyone", "people", "persons", "travellers", "travelers", "those", "drivers", "patients", "customers",
    "users", "applicants", "visitors", "members", "riders", "students", "players", "policyholders", "employees", "renters", "infants", "adults")  # fmt: skip
PATTERNS: tuple[tuple[ValueKind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, re.I))  # type: ignore[misc]
    for kind, pattern in (
        ("age",
            r"(?:(?<=\baged )|(?<=\bage )|(?<=\bage of )|(?<=over the age of )|(?:" + "|".join(rf"(?<=\b{who} )" for who in _PERSONS) +
            r")(?:under|over|below|above|aged?|younger than|older than|up to(?: the age of)?|from)\s)(?P<n>\d{1,2}|two|three|four|five|six|seven|"
            r"eight|nine|ten|eleven|twelve|fourteen|fifteen|sixteen|eighteen)(?P<m>)\b(?!\s*(?:%|[a-z]*days|weeks|months|hours|minutes|euros|dollars|kg|km|miles|pages))|"
            r"\b(?P<n2>\d{1,2})(?:\s+years old|-year-olds?| years of age)\b|"
            r"\b(?P<n3>1[2-9]|2[015]|6[0-9])(?=\s+(?:or|and)\s+(?:over|older|above|up)\b)|"
            r"(?<=\bbe )(?:at least |over )?(?P<n4>1[2-9]|2[0-5])(?=\s*(?:[.,;]|$|to\b))|\bage\b[^.]{0,40}? is (?P<n5>[1-9]\d?)(?=\s*(?:[.,;]|$))"),
        ("amount", rf"(?P<s>{MONEY_SIGN})\s?(?P<n>\d[\d,]*(?:\.\d+)?)(?P<k>k\b|\s?million\b)?(?:\s*(?:-|–|to|and)\s*{MONEY_SIGN}?\s?(?P<m>\d[\d,]*(?:\.\d+)?))?"),
        ("amount", rf"\b{SPAN}\s?(?P<s>{MONEY_WORD})"),
        ("amount", r"(?<![\w.,])(?P<n>\d{1,3}(?:\.\d+)?)\s?(?P<s>p|¢|pence)(?![a-z]|\.[a-z])"),
        ("percentage", r"\b(?P<half>half)(?= (?:(?:of )?(?:the|your|our|their|its) )?(?:full |total |whole |ticket )?(?:fare|price|fee|cost|rate|amount|value|sum|"
            r"salary|pay|deposit|premium|bill)\b)|"
            r"\b(?P<parts>an?|one|two|three|four) (?P<part>third|quarter|fifth|tenth)s?(?= (?:of|off)\b(?! (?:an?|one|the) (?:hour|day|week|month|year|mile|page)))"),
        ("percentage", rf"\b{SPAN}\s?(?:%|percent\b|per cent\b)"),
        ("date",
            rf"\b(?P<y>20\d\d)-(?P<mo>0[1-9]|1[0-2])-(?P<d>[0-3]\d)\b|"
            rf"\b{MONTH}\s+(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?(?!\d|:)(?:,?\s+(?P<y2>20\d\d))?|"
            rf"\b(?P<d3>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?{MONTH.replace('?P<mon>', '?P<mon3>')}(?![a-z])(?:,?\s+(?P<y3>20\d\d))?"),
        ("time", r"\b(?P<h>\d{1,2})(?:[:.](?P<mi>\d\d))?\s?(?P<ap>[ap]\.?m\b\.?)|\b(?P<h2>[01]?\d|2[0-3]):(?P<mi2>[0-5]\d)\b|\b(?P<noon>noon|midnight)\b|"
            r"\b(?P<hw>one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)(?: o'clock)? (?P<of>in the (?:morning|afternoon|evening)|at night)\b"),
        ("frequency",
            rf"\bevery\s+(?:(?P<n>{NUMBER})\s+)?(?:business |working |calendar )?(?P<u>minute|hour|day|week|month|quarter|year)s?\b|"
            rf"\b(?P<k>once|twice|(?:{NUMBER})\s+times)\s+(?:a|an|per|each|every|in a|in any|within a)\s+(?:calendar |single |rolling |contract )?"
            r"(?P<u2>minute|hour|day|week|fortnight|month|quarter|year)\b|\bevery (?:other|second) (?P<u3>day|week|month|year)\b|"
            r"(?<!and )\b(?P<adv>hourly|daily|weekly|monthly|quarterly|annually|yearly)\b(?=\s*(?:[.,;:)]|$|(?:and|on|in|by|for|via|at|from|until|when|if)\b))"),
        ("duration",
            rf"(?P<next>\bnext (?:business|working) day\b)|\b{SPAN}(?:\s?\(\d+\))?[\s-]{KIND_OF_DAY}[\s-]?{UNIT}|"
            r"(?:(?<=within )|(?<=after )|(?<=for )|(?<=least )|(?<=takes ))(?P<one>an?|one)\s"
            r"(?P<b1>business |working )?(?P<u1>hour|day|week|fortnight|month|year)\b|\b(?P<s24>24/7)|"
            r"\b(?:an?|one)\s(?P<u3>hour|day|week|fortnight|month|year)(?=\s(?:after|before|from|later|following|in advance|prior|ahead|"
            r"beforehand)\b)|\banother\s(?P<u4>day|week|month|year)\b|"
            r"\b(?P<part>half|a quarter of|three quarters of)\san?\s(?P<u5>hour|day|month|year)\b"),
        ("size", r"\b(?P<n>\d[\d,]*(?:\.\d+)?)\s?(?P<u>kbps|mbps|gbps|mbit/s|gbit/s|kb|mb|gb|tb|kg|lbs?|km|cm|miles?|grams?|g|ml|litres?|liters?|mm|metres?|meters?)\b(?!/)"),
        ("count", r"\b(?P<n>twice)(?P<m>)(?P<c>)\b(?! as| the)"),
        ("count", rf"(?P<all>\bunlimited\b|\bany number of\b|\bas many\b)\s(?:[a-z-]+\s){{0,2}}?{COUNTED}\b"),
        ("count", rf"\b(?P<only>only (?:[a-z]+ )?one|a single)\s(?:[a-z-]+\s){{0,2}}?{COUNTED}\b"),
        ("count", rf"(?<!\d )(?<![\w.,/])\b{SPAN}\s(?:[a-z-]+\s){{0,2}}?{COUNTED}\b"),
        ("count", rf"(?<!\d )(?<![\w.,$€£#/-])(?<!tier )(?<!level )"
            rf"(?<!step )(?<!phase )(?<!zone )(?<!class )(?<!type )(?<!version )(?<!section )(?<!grade )(?<!group )(?<!part )(?<!page )"
            rf"(?!(?:19|20)\d\d\b)"
            rf"{SPAN}\s(?:[a-z][a-z-]+\s){{0,2}}?(?P<c>(?!(?:is|was|has|does|this|plus|minus|various|business|across|less|unless|access|process|"
            rf"address|always|perhaps|as|its|us|yours|ours)\b)[a-z]{{3,}}s)(?<!ss)(?<!us)\b"),
        ("count", rf"\b(?P<n>{NUMBER})(?P<m>)(?P<c>)(?= per (?:second|minute|hour|day)\b)"),
        ("amount",
            r"(?P<free>\bfree of charge\b|\bincluded in the (?:price|fare|rate|rent|fee)\b|\bat no (?:extra |additional )?(?:cost|charge)\b|"
            r"\bno (?:[a-z]+ ){0,2}?(?:charge|fee|cost|surcharge)s?\b(?! for late)|\bwithout (?:any "
            r")?(?:charge|fee)\b|"
                   r"(?:\b(?:is|are|be|ship|ships|shipped|delivered|entirely|completely|totally|always|for|travels?|fly|flies|enters?|"
                   r"stays?) )free\b(?! (?:from(?! (?:an? |[€$£\d]))|to|of(?! charge)|trial|plan|tier))|\bfree "
                   r"(?=shipping|delivery|returns?|replacement|repair|cancel|of charge|roaming|"
                   r"parking|wi-?fi|installation|collection|exchange|upgrade|pick|postage|admission|entry|repairs?|service)|"
                   r"\bcosts? (?:you )?nothing\b|(?:\bis|\bare|'s) (?:totally |completely |entirely )?on us\b|\bon the house\b)"),
    )
)  # fmt: skip
# Each pattern needs a digit or one of these words; most sentences have neither, and twenty patterns are not tried.
MAY_HOLD_A_VALUE = re.compile(
    rf"\d|\b(?:(?:{'|'.join(WORDS)}|every|once|next|noon|midnight|unlimited|any number of|as many|a single|nothing|on us|on the house|free|"
    r"(?:hour|dai|week|month|quarter|annual|year)ly|(?:an?|another) (?:business |working )?(?:hour|day|week|fortnight|month|year)|an? (?:third|quarter|fifth|tenth))\b|"
    r"included in the |(?:no|without) (?:[a-z]+ ){0,2}(?:charge|fee|cost|surcharge))",
    re.I,
)
AT_MOST = re.compile(
    r"(?:up to|at most|no (?:more|longer|later) than|not (?:more|longer|later) than|maximum(?: "
    r"of)?|max\.?|within(?: the (?:first|next|last))?|in(?:side)? the (?:first|next)|less than|"
    r"fewer than|under|below|not exceed(?:ing)?|limited to|capped at|a limit of|before|until|by)(?: "
    r"(?:a|the|an|about|just|period of|total(?: of)?))?\s*$", re.I)  # fmt: skip
AT_LEAST = re.compile(
    r"(?:at least|no (?:less|fewer|earlier|sooner) than|not less than|minimum(?: of)?|min\.?|(?<!no "
    r")(?<!not )more than|over|above|(?<!not )exceed(?:s|ing)?|greater than|(?<!no )(?<!not )longer "
    r"than|starting at|starts at|from|older than)(?: (?:a|the|an))?\s*$", re.I)  # fmt: skip
ABOUT = re.compile(r"(?:about|around|approximately|approx\.?|roughly|nearly|almost|typically|usually|~)\s*$", re.I)
MOST_AFTER = re.compile(r"^\s*(?:or (?:less|fewer|under|below|younger)|maximum|max\b|at (?:the )?most)", re.I)
LEAST_AFTER = re.compile(
    r"^\s*(?:or (?:more|over|above|longer|older|greater|later)|minimum|and (?:over|above|older|up)|\+)", re.I
)
PER = re.compile(
    r"^\s*(?:\w+\s)?(?:per|a|an|each|every|/)\s?(hour|day|night|workweek|week|month|pay period|"
    r"period|year|user|person|device|line|order|item|transaction|minute|mile|kg|gb|seat)\b|^\s*(monthly|"
    r"yearly|annually|weekly|daily)\b", re.I)  # fmt: skip
PERIODS = {"monthly": "month", "yearly": "year", "annually": "year", "weekly": "week", "daily": "day"}
